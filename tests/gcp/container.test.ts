import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { Blob, Container, type ContainerArgs, Image, Network, Secret } from "../../components";
import { value } from "../support/mocks";
import { number, project, region } from "./lens";
import { onGcp } from "./program";

const image = `docker.io/acme/web@sha256:${"a".repeat(64)}`;
const end = "0a1b2c3d";
const stackKey = "stack-key";

interface Template {
    containers: Record<string, unknown>[];
    volumes: object[];
    [key: string]: unknown;
}

const template = (inputs: Record<string, unknown>) => inputs.template as Template;

/** Its network tag, with a hash for its end. */
function shown({ vpcAccess }: Omit<Template, "containers" | "volumes">): string {
    const [tag] = (vpcAccess as { networkInterfaces: { tags: string[] }[] }).networkInterfaces[0].tags;
    expect(tag).to.match(/^web-[0-9a-f]{7}$/);
    return tag;
}

/** What a program of one container makes. */
const made = (args: ContainerArgs, settings: Readonly<Record<string, string>> = {}, name = "web") =>
    onGcp(() => new Container(name, args), settings);

const refused = (args: ContainerArgs): Promise<string> =>
    made(args).then(
        () => "",
        (reason: unknown) => String(reason),
    );

describe("Container on GCP", () => {
    it("is a service of Cloud Run that only the network reaches, as an account of its own", async () => {
        const { inputs, names } = await onGcp(() => {
            const token = new Secret("token", { generate: {} });
            new Container("web", {
                image,
                command: ["serve", "--fast"],
                port: 3000,
                env: { COLOUR: "blue" },
                uses: [new Blob("uploads").readOnly(), token],
                cpu: 2,
                memory: 5120,
                stopGrace: 10,
                scale: { min: 2, max: 6 },
                rollout: { timeout: 120 },
            });
        });
        const service = inputs("Service", "web");
        expect(service).to.deep.include({
            name: `web-${end}`,
            location: region,
            launchStage: "GA",
            ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY",
            invokerIamDisabled: false,
            defaultUriDisabled: false,
            traffics: [{ type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent: 100 }],
            // It holds no data; and by default nobody could replace it.
            deletionProtection: false,
            deletionPolicy: "DELETE",
            labels: { "mvi-app": "project", "mvi-stack": "stack", "mvi-component": "web" },
        });
        const { containers, volumes, ...rest } = template(service);
        expect(rest).to.deep.equal({
            labels: { "mvi-app": "project", "mvi-stack": "stack", "mvi-component": "web" },
            serviceAccount: `web-account-${end}@${project}.iam.gserviceaccount.com`,
            executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
            encryptionKey: stackKey,
            timeout: "3600s",
            maxInstanceRequestConcurrency: 80,
            scaling: { minInstanceCount: 2, maxInstanceCount: 6 },
            vpcAccess: {
                egress: "PRIVATE_RANGES_ONLY",
                networkInterfaces: [
                    {
                        network: "stack-network",
                        subnetwork: "stack-network-subnet-private",
                        tags: [shown(rest)],
                    },
                ],
            },
        });
        expect(volumes).to.deep.equal([]);
        expect(containers).to.have.length(1);
        const [main] = containers;
        expect(main).to.deep.include({
            name: "main",
            image,
            args: ["serve", "--fast"],
            ports: { name: "http1", containerPort: 3000 },
            resources: { limits: { cpu: "2", memory: "5120Mi" }, cpuIdle: true, startupCpuBoost: true },
            startupProbe: { tcpSocket: { port: 3000 }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 12 },
        });
        expect(main).to.not.have.any.keys("commands", "livenessProbe");
        expect(main.envs).to.deep.include.members([
            { name: "HTTP_PORT", value: "3000" },
            { name: "COLOUR", value: "blue" },
            { name: "UPLOADS_BUCKET", value: "uploads" },
            // By its version, so that another value is another revision; and never as text.
            { name: "TOKEN", valueSource: { secretKeyRef: { secret: "token", version: "1" } } },
        ]);
        // Cloud Run gives it, and refuses another one.
        expect((main.envs as { name: string }[]).map(({ name }) => name)).to.not.include("PORT");
        expect(inputs("BucketIAMMember", "web-bucketGrant-uploads-storage-objectviewer")).to.include({
            bucket: "uploads",
            role: "roles/storage.objectViewer",
            member: `serviceAccount:web-account-${end}@${project}.iam.gserviceaccount.com`,
        });
        expect(inputs("SecretIamMember", "web-secretGrant-token-secretmanager-secretaccessor")).to.include({
            role: "roles/secretmanager.secretAccessor",
        });
        // Google signs a URL for it, as for nobody else.
        expect(names("IAMMember")).to.deep.equal(["web-accountGrant-itself-iam-serviceaccounttokencreator"]);
        const email = `web-account-${end}@${project}.iam.gserviceaccount.com`;
        expect(inputs("IAMMember", "web-accountGrant-itself-iam-serviceaccounttokencreator")).to.deep.equal({
            serviceAccountId: `projects/${project}/serviceAccounts/${email}`,
            role: "roles/iam.serviceAccountTokenCreator",
            member: `serviceAccount:${email}`,
        });
        expect(names("Service")).to.include("stack-apis-api-iamcredentials");
        expect(inputs("ProjectSink", "web-log-sink").filter).to.include(
            `resource.type="cloud_run_revision" AND resource.labels.service_name="web-${end}"`,
        );
    });

    it("is asked at its path by Cloud Run: when it starts, and as long as it runs", async () => {
        const health = { path: "/healthz", interval: 20, timeout: 15, failures: 4, startup: 200 };
        const { inputs } = await made({ image, port: 3000, health, rollout: { timeout: 600 } });
        const [main] = template(inputs("Service", "web")).containers;
        expect(main.startupProbe).to.deep.equal({
            httpGet: { path: "/healthz", port: 3000 },
            periodSeconds: 10,
            timeoutSeconds: 10,
            failureThreshold: 20,
        });
        expect(main.livenessProbe).to.deep.equal({
            httpGet: { path: "/healthz", port: 3000 },
            periodSeconds: 20,
            timeoutSeconds: 15,
            failureThreshold: 4,
        });
        // Never longer than the deployment waits.
        const short = await made({ image, port: 3000, health: "/", rollout: { timeout: 30 } });
        expect(template(short.inputs("Service", "web")).containers[0].startupProbe).to.include({ failureThreshold: 3 });
    });

    it("has at least one CPU, since Cloud Run would hand less than that one request at a time", async () => {
        const { inputs } = await made({
            image,
            port: 3000,
            sidecars: { proxy: { image, cpu: 0.5, memory: 1024, env: { A: "b" }, command: ["proxy"] } },
        });
        const [main, beside] = template(inputs("Service", "web")).containers;
        expect(main.resources).to.deep.include({ limits: { cpu: "1", memory: "512Mi" } });
        expect(beside).to.deep.include({
            name: "beside-proxy",
            args: ["proxy"],
            envs: [{ name: "A", value: "b" }],
            resources: { limits: { cpu: "500m", memory: "1024Mi" }, cpuIdle: true },
        });
        expect(beside).to.not.have.any.keys("ports", "startupProbe");
        expect(
            await refused({ image, port: 3000, cpu: 8, sidecars: { more: { image, cpu: 1, memory: 2048 } } }),
        ).to.match(/cpu: is 9 with the sidecars, with 18432 MiB, and Cloud Run has at most 8 and 32768/);
    });

    it("starts at no instance when told so, and scales by another share of its CPU", async () => {
        const { inputs } = await made({ image, port: 3000, scale: { min: 0, max: 9, cpu: 40 } });
        expect(inputs("Service", "web").launchStage).to.equal("BETA");
        expect(template(inputs("Service", "web")).scaling).to.deep.equal({
            minInstanceCount: 0,
            maxInstanceCount: 9,
            cpuUtilization: 0.4,
        });
    });

    it("has secrets as files in volumes of their own", async () => {
        const { inputs } = await onGcp(() => {
            const certificate = new Secret("certificate", { generate: {} });
            new Container("web", { image, port: 3000, uses: [certificate.asFile()] });
        });
        const { containers, volumes } = template(inputs("Service", "web"));
        const name = "main-certificate-file";
        expect(volumes).to.deep.equal([
            { name, secret: { secret: "certificate", items: [{ path: "value", version: "1", mode: 0o444 }] } },
        ]);
        expect(containers[0].volumeMounts).to.deep.equal([{ name, mountPath: `/run/secrets/${name}` }]);
        expect(containers[0].envs).to.deep.include({ name: "CERTIFICATE_FILE", value: `/run/secrets/${name}/value` });
    });

    it("is public under its own URL, which is known before it runs, and asks nobody who they are", async () => {
        const { inputs, names, result } = await made({ image, port: 3000, public: true, health: "/healthz" });
        expect(inputs("Service", "web")).to.include({
            ingress: "INGRESS_TRAFFIC_ALL",
            invokerIamDisabled: true,
            defaultUriDisabled: false,
        });
        expect(names("ServiceIamMember")).to.deep.equal([]);
        expect(names("GlobalForwardingRule")).to.deep.equal([]);
        const host = `web-${end}-${number}.${region}.run.app`;
        expect(await value(result.url)).to.equal(`https://${host}`);
        expect(inputs("UptimeCheckConfig", "web-uptime")).to.deep.include({
            period: "60s",
            monitoredResource: { type: "uptime_url", labels: { project_id: project, host } },
            httpCheck: {
                path: "/healthz",
                port: 443,
                useSsl: true,
                validateSsl: true,
                acceptedResponseStatusCodes: ["2XX", "3XX"].map((one) => ({ statusClass: `STATUS_CLASS_${one}` })),
            },
        });
        expect(result.gauge("reachable").native).to.include({
            metric: "monitoring.googleapis.com/uptime_check/check_passed",
        });
    });

    it("is public under its domain through a load balancer, and then by no other way", async () => {
        const { inputs, result } = await made({ image, port: 3000, public: true, domain: "shop.example.com" });
        expect(await value(result.url)).to.equal("https://shop.example.com");
        expect(inputs("Service", "web")).to.include({
            ingress: "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
            invokerIamDisabled: true,
            defaultUriDisabled: true,
        });
        expect(inputs("RegionNetworkEndpointGroup", "web-endpoints-web-http")).to.deep.include({
            networkEndpointType: "SERVERLESS",
            cloudRun: { service: `web-${end}` },
        });
        expect(inputs("RecordSet", "web-record-shop-example-com")).to.deep.include({
            name: "shop.example.com.",
            type: "A",
            rrdatas: ["192.0.2.7"],
        });
    });

    it("is called by what uses it, at its URL within the network, as who may invoke it and nobody else", async () => {
        const { inputs, names } = await onGcp(() => {
            const api = new Container("api", { image, port: 8080 });
            new Container("web", { image, port: 3000, uses: [api], public: true });
            new Container("other", { image, port: 3000 });
        });
        const [main] = template(inputs("Service", "web")).containers;
        expect(main.envs).to.deep.include({
            name: "API_URL",
            value: `https://api-${end}-${number}.${region}.run.app`,
        });
        expect(inputs("Service", "api")).to.include({
            ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY",
            invokerIamDisabled: false,
        });
        expect(names("ServiceIamMember")).to.deep.equal(["web-serviceGrant-api-run-invoker"]);
        expect(inputs("ServiceIamMember", "web-serviceGrant-api-run-invoker")).to.include({
            name: `api-${end}`,
            location: region,
            role: "roles/run.invoker",
            member: `serviceAccount:web-account-${end}@${project}.iam.gserviceaccount.com`,
        });
    });

    it("sends all through a network that nothing leaves", async () => {
        const { inputs } = await onGcp(() => {
            const network = new Network("closed", { egress: "none" });
            new Container("web", { image, port: 3000, network });
        });
        expect(template(inputs("Service", "web")).vpcAccess).to.deep.include({ egress: "ALL_TRAFFIC" });
    });

    it("is a worker pool without a port, in a fixed number", async () => {
        const { inputs, names } = await made({ image, uses: [], memory: 512 }, {}, "worker");
        expect(names("Service").filter((name) => !name.startsWith("stack"))).to.deep.equal([]);
        const pool = inputs("WorkerPool", "worker");
        expect(pool).to.deep.include({
            name: `worker-${end}`,
            scaling: { manualInstanceCount: 1 },
            deletionProtection: false,
            deletionPolicy: "DELETE",
        });
        const { containers, ...rest } = template(pool);
        expect(containers[0]).to.deep.include({
            image,
            envs: [],
            resources: { limits: { cpu: "1", memory: "512Mi" } },
        });
        expect(rest).to.include({ encryptionKey: stackKey });
        expect(inputs("ProjectSink", "worker-log-sink").filter).to.include(
            `resource.type="cloud_run_worker_pool" AND resource.labels.worker_pool_name="worker-${end}"`,
        );
    });

    it("comes from any registry: from those that Cloud Run does not know through a repository which fetches", async () => {
        const { inputs } = await onGcp(() => {
            for (const name of ["one", "two"])
                new Container(name, { image: `ghcr.io/acme/${name}@sha256:${"a".repeat(64)}`, port: 80 });
        });
        expect(template(inputs("Service", "two")).containers[0].image).to.equal(
            `${region}-docker.pkg.dev/${project}/stack-images-fetcher-ghcr-io-${end}/acme/two@sha256:${"a".repeat(64)}`,
        );
        expect(inputs("Repository", "stack-images-fetcher-ghcr-io")).to.deep.include({
            mode: "REMOTE_REPOSITORY",
            kmsKeyName: stackKey,
            remoteRepositoryConfig: { description: "ghcr.io", commonRepository: { uri: "https://ghcr.io" } },
            deletionPolicy: "DELETE",
        });
    });

    it("refuses what Cloud Run cannot run, before anything of it is made", async () => {
        const arm = () => new Image("arm", { context: ".", platforms: ["linux/arm64"] });
        expect(await onGcp(() => new Container("web", { image: arm(), port: 80 })).then(() => "", String)).to.match(
            /image: is for linux\/arm64, and Cloud Run has linux\/amd64 only/,
        );
        expect(await refused({ image, port: 3000, env: { PORT: "4000" } })).to.match(
            /env\.PORT: is the port that it listens on, 3000, on gcp/,
        );
    });

    it("takes names of 1 to 40 characters, and long ones twice", async () => {
        for (const name of ["a", "b".repeat(40)]) {
            const { inputs } = await made({ image, port: 80 }, {}, name);
            expect(inputs("Service", name).name).to.have.length.within(1, 49);
            const account = inputs("Account", `${name}-account`).accountId as string;
            expect(account).to.match(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
        }
    });

    it("can be previewed while nothing is known", async () => {
        const { inputs } = await onGcp(
            () => {
                const api = new Container("api", { image: new Image("built", { context: "." }), port: 8080 });
                new Container("web", { image, port: 3000, public: true, domain: "example.com", uses: [api] });
                new Container("box", { image, ports: { raw: { port: 9000, protocol: "tcp" } }, uses: [api] });
            },
            {},
            { preview: true },
        );
        expect(template(inputs("Service", "web")).containers[0]).to.include({ name: "main" });
        expect(inputs("RegionInstanceGroupManager", "box")).to.have.property("versions");
        expect(pulumi.runtime.isDryRun()).to.equal(true);
    });
});
