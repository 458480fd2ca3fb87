import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { Blob, Container, Network, Secret, VM, type VMArgs } from "../../components";
import { vmType } from "../../providers/gcp/vm-type";
import { value } from "../support/mocks";
import { project } from "./lens";
import { onGcp } from "./program";

const image = `ghcr.io/acme/web@sha256:${"a".repeat(64)}`;
type Inputs = (type: string, name: string) => Record<string, unknown>;

const make = (args: VMArgs) => onGcp(() => new VM("box", args));
const templateOf = (inputs: Inputs) => inputs("RegionInstanceTemplate", "box-template");

/** What the machine gets, and the files which it makes. */
function booted(inputs: Inputs) {
    const text = (templateOf(inputs).metadata as Record<string, string>)["user-data"];
    const made = [...text.matchAll(/^echo (\S+) \| base64 -d > (\S+)$/gm)].map(([, content, path]) => [
        path,
        Buffer.from(content, "base64").toString(),
    ]);
    return { text, files: Object.fromEntries(made) as Record<string, string> };
}

describe("VM on GCP", () => {
    it("is a group of shielded machines without keys, on disks under the stack's key, changed new ones first", async () => {
        const { inputs } = await make({ scale: { min: 1, max: 3, cpu: 70 }, cpu: 2, memory: 4096, disk: 40 });
        const template = templateOf(inputs);
        expect(template).to.deep.include({
            machineType: "e2-standard-2",
            shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
            canIpForward: false,
            disks: [
                {
                    sourceImage: "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64",
                    boot: true,
                    autoDelete: true,
                    diskType: "pd-balanced",
                    diskSizeGb: 40,
                    diskEncryptionKey: { kmsKeySelfLink: "stack-key" },
                },
            ],
            serviceAccount: {
                email: `box-account-0a1b2c3d@${project}.iam.gserviceaccount.com`,
                scopes: ["https://www.googleapis.com/auth/cloud-platform"],
            },
        });
        expect(template.metadata).to.include({
            "block-project-ssh-keys": "true",
            "enable-oslogin": "true",
            "serial-port-enable": "false",
        });
        expect(inputs("RegionInstanceGroupManager", "box")).to.deep.include({
            targetSize: 1,
            baseInstanceName: "box-machine-0a1b2c3d",
            updatePolicy: {
                type: "PROACTIVE",
                minimalAction: "REPLACE",
                mostDisruptiveAllowedAction: "REPLACE",
                replacementMethod: "SUBSTITUTE",
                maxSurgeFixed: 2,
                maxUnavailableFixed: 0,
            },
            waitForInstances: true,
            waitForInstancesStatus: "UPDATED",
        });
        expect(inputs("RegionInstanceGroupManager", "box")).to.not.have.property("autoHealingPolicies");
        expect(inputs("RegionAutoscaler", "box-scaling").autoscalingPolicy).to.deep.equal({
            minReplicas: 1,
            maxReplicas: 3,
            cooldownPeriod: 120,
            cpuUtilization: { target: 0.7 },
        });
    });

    it("is reached by people through Google's tunnel only, and has no address where there is another way out", async () => {
        for (const [egress, count] of [
            ["public-address", 1],
            ["nat-gateway", 0],
        ] as const) {
            const { inputs, names } = await onGcp(() => new VM("box", { network: new Network("own", { egress }) }));
            const [face] = templateOf(inputs).networkInterfaces as { accessConfigs: object[] }[];
            expect(face.accessConfigs, egress).to.have.length(count);
            expect(names("Firewall").filter((name) => name.startsWith("box-"))).to.deep.equal([
                "box-firewall-terminals",
            ]);
            expect(inputs("Firewall", "box-firewall-terminals")).to.deep.include({
                direction: "INGRESS",
                sourceRanges: ["35.235.240.0/20"],
                allows: [{ protocol: "tcp", ports: ["22"] }],
            });
        }
    });

    it("takes an image of its own, and at least the disk that Google's images need", async () => {
        const { inputs } = await make({ image: "projects/acme/global/images/golden", disk: 8 });
        expect((templateOf(inputs).disks as object[])[0]).to.include({
            sourceImage: "projects/acme/global/images/golden",
            diskSizeGb: 10,
        });
    });

    it("starts its command with what its links give, and fetches secrets as itself", async () => {
        const { inputs } = await onGcp(() => {
            const secret = new Secret("token", { value: "planted-value" });
            new VM("box", {
                start: "node 'my server.js'",
                userData: "#cloud-config\npackages: [nodejs]",
                ports: { http: { port: 8080 }, raw: { port: 9000, protocol: "tcp" } },
                uses: [secret, new Secret("cert", { value: "planted-value" }).asFile(), new Blob("uploads")],
            });
        });
        const { text, files } = booted(inputs);
        expect(text).to.match(/text\/cloud-config[\s\S]*text\/x-shellscript/);
        expect(text).to.include("systemctl start --no-block app.service");
        const start = files["/usr/local/lib/app/start"];
        expect(start).to.include("export UPLOADS_BUCKET='uploads'").and.include("export PORT='8080'");
        expect(start).to.include("export RAW_PORT='9000'");
        expect(start).to.include(`TOKEN="$(secret 'token/versions/1')"; export TOKEN`);
        expect(start).to.include(`export CERT_FILE=/run/app/cert_file; (umask 377; secret 'cert/versions/1' >`);
        expect(start).to.include(`exec /bin/sh -c 'node '\\''my server.js'\\'''`);
        expect(files["/etc/systemd/system/app.service"]).to.include("User=app").and.include("NoNewPrivileges=yes");
        expect(text + Object.values(files).join("")).to.not.include("planted-value");
        for (const script of [start, text.slice(text.indexOf("#!/bin/sh"), text.lastIndexOf("--==mvi"))]) {
            const { status, stderr } = spawnSync("/bin/sh", ["-n"], { input: script, encoding: "utf8" });
            expect(status, stderr).to.equal(0);
        }
        expect(inputs("SecretIamMember", "box-secretGrant-token-secretmanager-secretaccessor")).to.deep.include({
            role: "roles/secretmanager.secretAccessor",
            secretId: "token",
        });
    });

    it("has one address within the network, which only what uses it reaches", async () => {
        const { inputs, result } = await onGcp(() => {
            const box = new VM("box", {
                start: "serve",
                ports: { http: { port: 9200 }, raw: { port: 9300, protocol: "tcp" } },
                health: { path: "/ready", startup: 200, interval: 30 },
            });
            new Container("web", { image, uses: [box] });
            return box;
        });
        expect(await value(result.addresses)).to.deep.equal(["203.0.113.1:9200", "203.0.113.1:9300"]);
        expect(await value(result.url)).to.equal("http://203.0.113.1:9200");
        expect(inputs("ForwardingRule", "box-way")).to.deep.include({
            loadBalancingScheme: "INTERNAL",
            ports: ["9200", "9300"],
        });
        expect(inputs("RegionInstanceGroupManager", "box").autoHealingPolicies).to.deep.equal({
            healthCheck: "box-health-healing",
            initialDelaySec: 200,
        });
        expect(inputs("HealthCheck", "box-health-healing")).to.deep.include({
            checkIntervalSec: 30,
            httpHealthCheck: { port: 9200, requestPath: "/ready" },
        });
        expect(inputs("Firewall", "box-firewall-asked")).to.deep.include({
            sourceRanges: ["130.211.0.0/22", "35.191.0.0/16"],
            allows: [{ protocol: "tcp", ports: ["9200", "9300"] }],
        });
        expect(inputs("Firewall", "web-connect-box-9200")).to.deep.include({
            destinationRanges: ["203.0.113.1/32"],
            allows: [{ protocol: "tcp", ports: ["9200"] }],
        });
        const { template } = inputs("WorkerPool", "web") as { template: { containers: { envs: object[] }[] } };
        expect(template.containers[0].envs).to.deep.include.members([
            { name: "BOX_URL", value: "http://203.0.113.1:9200" },
            { name: "BOX_RAW_URL", value: "tcp://203.0.113.1:9300" },
        ]);
    });

    it("without ports has no address; with a command it is asked for it, and replaced when it fails", async () => {
        const { inputs, names, result } = await make({
            start: "serve",
            health: { command: ["test", "-f", "/tmp/a b"], timeout: 4, failures: 4 },
        });
        expect(await value(result.addresses)).to.deep.equal([]);
        expect(await value(result.url)).to.equal(undefined);
        expect(names("ForwardingRule")).to.deep.equal([]);
        expect(inputs("HealthCheck", "box-health-healing")).to.deep.include({
            unhealthyThreshold: 4,
            httpHealthCheck: { port: 8086, requestPath: "/" },
        });
        expect(inputs("Firewall", "box-firewall-asked").allows).to.deep.equal([{ protocol: "tcp", ports: ["8086"] }]);
        const { text, files } = booted(inputs);
        expect(files["/etc/mvi/health"]).to.include(
            "timeout 4 runuser -u app -- /usr/local/lib/app/within 'test' '-f' '/tmp/a b'",
        );
        expect(text).to.include("systemctl start --no-block app.service mvi-health.socket");
    });

    it("is the cheapest machine that has what was asked for", () => {
        for (const [cpu, memory, wanted] of [
            [1, 1024, "e2-micro"],
            [1, 2048, "e2-small"],
            [1, 4096, "e2-medium"],
            [2, 2048, "e2-highcpu-2"],
            [2, 8192, "e2-standard-2"],
            [2, 65536, "e2-highmem-8"],
            [16, 131072, "e2-highmem-16"],
            [32, 262144, "n2-highmem-32"],
            [48, 8192, "n2-highcpu-48"],
            [64, 524288, "n2-highmem-64"],
        ] as const)
            expect(vmType(cpu, memory), wanted).to.equal(wanted);
        expect(() => vmType(64, 524289)).to.throw("64 CPUs and 524289 MiB");
    });
});
