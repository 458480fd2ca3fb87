import { expect } from "chai";
import {
    App,
    type AppArgs,
    Blob,
    Container,
    Image,
    Job,
    LoadBalancer,
    Log,
    Secret,
    VM,
    type VMArgs,
} from "../../components";
import { value } from "../support/mocks";
import { project, region } from "./lens";
import { digest } from "./lens-runs";
import { booted, hostOf, unreadable } from "./pool-machine";
import { onGcp } from "./program";

const image = `ghcr.io/acme/box@sha256:${"a".repeat(64)}`;
const end = "0a1b2c3d";
const large = { cpu: 4, memory: 8192 } satisfies VMArgs;

describe("Containers on a VM's machines, on GCP", () => {
    it("run once on each, and the VM alone stays as it is", async () => {
        const { inputs, names } = await onGcp(() => {
            const pool = new VM("pool", { scale: { min: 2, max: 4, cpu: 70 } });
            new Container("a", { image, on: pool, port: 3000 });
            new Container("b", { image, on: pool, port: 3000 });
            new VM("alone", { start: "serve" });
        });
        expect(names("RegionInstanceGroupManager")).to.have.members(["pool", "alone"]);
        expect([...names("WorkerPool"), ...names("Service").filter((name) => /^[ab]$/.test(name))]).to.deep.equal([]);
        const { files, text } = booted(inputs);
        const ports = ["a", "b"].map((name) => hostOf(files[`/etc/mvi/${name}.main`], 3000));
        expect(new Set(ports).size).to.equal(2);
        for (const port of ports) expect(port).to.be.within(20_000, 31_999);
        expect(inputs("RegionInstanceGroupManager", "pool")).to.deep.include({
            namedPorts: ports.map((port) => ({ name: `port-${port}`, port })),
            targetSize: 2,
        });
        expect(inputs("RegionAutoscaler", "pool-scaling").autoscalingPolicy).to.include({
            minReplicas: 2,
            maxReplicas: 4,
        });
        expect(text).to.include("systemctl start --no-block mvi-a.main.service mvi-b.main.service mvi-all.socket");
        const [disk] = inputs("RegionInstanceTemplate", "pool-template").disks as object[];
        expect(disk).to.include({ sourceImage: "projects/cos-cloud/global/images/family/cos-stable" });
        const [other] = inputs("RegionInstanceTemplate", "alone-template").disks as object[];
        expect(other).to.include({
            sourceImage: "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64",
        });
        expect(booted(inputs, "alone").text).to.include("/usr/local/lib/app/start").and.not.include("docker");
    });

    it("are started with all that they declare, beside what the VM does itself", async () => {
        const { inputs } = await onGcp(() => {
            const token = new Secret("token", { generate: {} });
            const pool = new VM("pool", {
                ...large,
                start: "node server.js",
                userData: "#cloud-config\npackages: [nodejs]",
                ports: { http: { port: 8080 } },
                health: { command: ["true"] },
                uses: [token],
            });
            new Container("api", {
                image: new Image("built", { context: "." }),
                on: pool,
                ports: { http: { port: 80 }, raw: { port: 9000, protocol: "tcp" } },
                command: ["serve", "it's"],
                env: { QUOTE: `a 'b' "c" $d` },
                uses: [token, token.asFile().as("CERTIFICATE"), new Blob("uploads")],
                cpu: 0.5,
                memory: 1024,
                stopGrace: 45,
                exec: true,
                log: new Log("book"),
                sidecars: { proxy: { image, cpu: 0.25, memory: 512, env: { ROLE: "helper" }, command: ["relay"] } },
            });
        });
        const { files, text, scripts } = booted(inputs);
        const main = files["/etc/mvi/api.main"];
        expect(main).to.include(`export QUOTE='a '\\''b'\\'' "c" $d'`).and.include("export PORT='80'");
        expect(main).to.include("export RAW_PORT='9000'").and.include("export UPLOADS_BUCKET='uploads'");
        expect(main).to.include(`TOKEN="$(secret 'token/versions/1')"; export TOKEN`);
        expect(main).to.include("secret 'token/versions/1' > /run/mvi/api.main/CERTIFICATE_FILE");
        expect(main).to.match(/--network bridge --publish \d+:80 --publish \d+:9000 --read-only/);
        expect(main).to.include("--cpus 0.5 --memory 1024m --memory-swap 1024m");
        expect(main).to.include(
            `docker login --username oauth2accesstoken --password-stdin https://${region}-docker.pkg.dev`,
        );
        expect(main).to.include(
            `'${region}-docker.pkg.dev/${project}/built-${end}/image@${digest}' 'serve' 'it'\\''s'`,
        );
        const beside = files["/etc/mvi/api.beside-proxy"];
        expect(beside).to.include('--network "container:$main"').and.include("export ROLE='helper'");
        expect(beside).to.include(`'${image}' 'relay'`).and.not.include("docker login").and.not.include("--publish");
        expect(files["/etc/systemd/system/mvi-api.main.service"]).to.include(
            `ExecStop=/usr/bin/docker stop --time 45 api-machine-${end}-main`,
        );
        // A system for containers can be written to in few places, and runs nothing from most of them.
        expect(files["/etc/systemd/system/app.service"]).to.include("ExecStart=/bin/sh /etc/mvi/app/start");
        expect(files["/etc/mvi/health"]).to.include("/bin/sh /etc/mvi/app/within 'true'").and.not.include("runuser");
        expect(files["/etc/systemd/system/mvi-health@.service"]).to.include("User=app");
        expect(text.indexOf("text/cloud-config")).to.be.within(
            0,
            text.indexOf("systemctl start --no-block app.service"),
        );
        const opened = /for port in (.*); do iptables/.exec(text)![1].split(" ").map(Number);
        expect(opened).to.include.members([8080, 8086, hostOf(main, 80), hostOf(main, 9000)]);
        expect(text + Object.values(files).join("")).to.not.include("generated-value");
        for (const script of [...scripts, ...Object.values(files).filter((file) => !file.startsWith("["))])
            expect(unreadable(script)).to.equal("");
        expect(scripts).to.have.length(2);
        expect(inputs("ProjectSink", "book-sink").filter).to.include(
            `logName:"gcplogs-docker-driver" AND jsonPayload.container.name=~"^/?api-machine-${end}-"`,
        );
    });

    it("share the machines' account, which may what any of them may, each of it once", async () => {
        const { inputs, names } = await onGcp(() => {
            const token = new Secret("token", { generate: {} });
            const uploads = new Blob("uploads");
            const pool = new VM("pool", { uses: [token] });
            new Container("a", { image: new Image("built", { context: "." }), on: pool, uses: [token, uploads] });
            new Container("b", {
                image,
                on: pool,
                uses: [uploads, token.asFile()],
                sidecars: { c: { image, uses: [uploads] } },
            });
        });
        expect(names("SecretIamMember")).to.deep.equal(["pool-secretGrant-token-secretmanager-secretaccessor"]);
        expect(names("BucketIAMMember").filter((name) => !name.startsWith("stack-"))).to.deep.equal([
            "pool-bucketGrant-uploads-storage-objectuser",
        ]);
        expect(names("RepositoryIamMember")).to.deep.equal(["pool-repositoryGrant-built-artifactregistry-reader"]);
        expect(names("Account")).to.deep.equal(["pool-account"]);
        expect(inputs("BucketIAMMember", "pool-bucketGrant-uploads-storage-objectuser").member).to.equal(
            `serviceAccount:pool-account-${end}@${project}.iam.gserviceaccount.com`,
        );
    });

    it("are reached at an address of their own, also from the same machines", async () => {
        const { inputs, result, names } = await onGcp(() => {
            const pool = new VM("pool", { start: "serve", ports: { http: { port: 80 } } });
            const a = new Container("a", {
                image,
                on: pool,
                ports: { http: { port: 80 }, raw: { port: 9000, protocol: "tcp" } },
            });
            new Container("b", { image, on: pool, uses: [a, a.as("OTHER")] });
            new Container("web", { image, port: 3000, uses: [a] });
            new Job("once", { image, once: true, uses: [a] });
            return a;
        });
        const { files } = booted(inputs);
        const [http, raw] = [80, 9000].map((port) => hostOf(files["/etc/mvi/a.main"], port));
        expect(await value(result.url)).to.equal(`http://203.0.113.1:${http}`);
        expect(files["/etc/mvi/b.main"]).to.include(`export A_URL='http://203.0.113.1:${http}'`);
        expect(files["/etc/mvi/b.main"]).to.include(`export OTHER_RAW_URL='tcp://203.0.113.1:${raw}'`);
        expect(inputs("ForwardingRule", "a-way")).to.deep.include({
            ports: [`${http}`, `${raw}`],
            backendService: "a-inside",
        });
        expect(inputs("ForwardingRule", "pool-way").ports).to.deep.equal(["80"]);
        const tag = inputs("RegionInstanceTemplate", "pool-template").tags as string[];
        for (const rule of ["a-firewall-inside", "a-firewall-asked"])
            expect(inputs("Firewall", rule)).to.deep.include({
                targetTags: tag,
                allows: [{ protocol: "tcp", ports: [`${http}`, `${raw}`] }],
            });
        expect(names("Firewall").filter((name) => name.includes("-connect-a-"))).to.have.members(
            ["pool", "web", "once"].flatMap((who) => [http, raw].map((port) => `${who}-connect-a-${port}`)),
        );
        expect(inputs("Firewall", `pool-connect-a-${http}`)).to.deep.include({ direction: "EGRESS", targetTags: tag });
    });

    it("use each other in every order of declaration, and through others", async () => {
        const containers = {
            first: { image, on: "pool", uses: ["second"], port: 80 },
            second: { image, on: "pool", uses: ["between"], port: 80 },
            between: { image, port: 80, uses: ["third", "far"] },
            third: { image, on: "pool", port: 80 },
            // Two pools that use each other.
            far: { image, on: "other", port: 80, uses: ["third"] },
            near: { image, on: "pool", port: 80, uses: ["far"] },
        };
        for (const declared of [containers, Object.fromEntries(Object.entries(containers).reverse())]) {
            const { inputs } = await onGcp(
                () => void new App("shop", { containers: declared, vms: { pool: large, other: {} } } as AppArgs),
            );
            const { files } = booted(inputs, "shop-pool");
            const third = hostOf(files["/etc/mvi/shop-third.main"], 80);
            expect(booted(inputs, "shop-other").files["/etc/mvi/shop-far.main"]).to.include(
                `export THIRD_URL='http://203.0.113.1:${third}'`,
            );
            expect(files["/etc/mvi/shop-first.main"]).to.include("export SECOND_URL='http://203.0.113.1:");
            expect(files["/etc/mvi/shop-second.main"]).to.match(/export BETWEEN_URL='https:\/\/.*\.run\.app'/);
            expect(files["/etc/mvi/shop-near.main"]).to.include("export FAR_URL=");
        }
    });

    it("are public through a balancer of their own, and forwarded to by others", async () => {
        const { inputs, result } = await onGcp(() => {
            const pool = new VM("pool", large);
            const check = { health: { command: ["true"], interval: 30, timeout: 20 } };
            const a = new Container("a", {
                image,
                on: pool,
                port: 3000,
                public: true,
                domain: "a.example.com",
                health: "/healthz",
            });
            const b = new Container("b", {
                image,
                on: pool,
                ports: { http: { port: 3000 }, raw: { port: 9000, protocol: "tcp" } },
                ...check,
            });
            new LoadBalancer("front", { routes: [{ to: b }], tcp: { raw: { listen: 9000, to: b, port: "raw" } } });
            return { a, b };
        });
        const { files, text } = booted(inputs);
        const [a, b, raw] = [
            hostOf(files["/etc/mvi/a.main"], 3000),
            hostOf(files["/etc/mvi/b.main"], 3000),
            hostOf(files["/etc/mvi/b.main"], 9000),
        ];
        expect(await value(result.a.url)).to.equal("https://a.example.com");
        const group = `https://compute/regions/${region}/instanceGroups/pool`;
        // Google refuses a group's balancers that count in ways which do not go together.
        const rate = { group, balancingMode: "RATE", maxRatePerInstance: 10_000, capacityScaler: 1 };
        expect(inputs("BackendService", "a-backend-a-http")).to.deep.include({
            portName: `port-${a}`,
            backends: [rate],
        });
        expect(inputs("BackendService", "front-backend-b-http")).to.deep.include({
            portName: `port-${b}`,
            backends: [rate],
        });
        expect(inputs("BackendService", "front-backend-tcp-raw")).to.deep.include({
            portName: `port-${raw}`,
            backends: [{ group, balancingMode: "CONNECTION", maxConnectionsPerInstance: 10_000, capacityScaler: 1 }],
        });
        expect(inputs("HealthCheck", "a-health-a-http").httpHealthCheck).to.deep.equal({
            port: a,
            requestPath: "/healthz",
        });
        const [, answered] = /ListenStream=(\d+)/.exec(files["/etc/systemd/system/mvi-b.health.socket"])!;
        expect(inputs("HealthCheck", "front-health-b-http").httpHealthCheck).to.deep.equal({
            port: Number(answered),
            requestPath: "/",
        });
        expect(inputs("Firewall", "front-firewall-b-http").allows).to.deep.equal([
            { protocol: "tcp", ports: [`${b}`, answered] },
        ]);
        expect(text).to.match(new RegExp(`for port in .*\\b${answered}\\b.*; do iptables`));
        for (const gauge of ["cpu", "memory", "healthy", "requests", "errors", "latency", "reachable"])
            expect(result.a.hasGauge(gauge), gauge).to.equal(true);
    });
});
