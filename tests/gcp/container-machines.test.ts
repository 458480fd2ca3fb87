import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { Blob, Container, type ContainerArgs, Image, Secret } from "../../components";
import { machineFor } from "../../providers/gcp/machine-type";
import { needsMachines } from "../../providers/gcp/run-limits";
import { value } from "../support/mocks";
import { project, region } from "./lens";
import { digest } from "./lens-runs";
import { onGcp } from "./program";

const image = `ghcr.io/acme/box@sha256:${"a".repeat(64)}`;
const end = "0a1b2c3d";
const raw = { raw: { port: 9000, protocol: "tcp" as const } };

const made = (args: Partial<ContainerArgs>) => onGcp(() => new Container("box", { image, ...args }));

const refused = (args: Partial<ContainerArgs>): Promise<string> =>
    made(args).then(
        () => "",
        (reason: unknown) => String(reason),
    );

/** The document that a machine gets, with its files as texts. */
function booted(inputs: (type: string, name: string) => Record<string, unknown>) {
    const { metadata } = inputs("RegionInstanceTemplate", "box-template") as { metadata: Record<string, string> };
    const [first, text] = metadata["user-data"].split("\n");
    expect(first).to.equal("#cloud-config");
    const { write_files: files, runcmd } = JSON.parse(text) as {
        write_files: { path: string; content: string; encoding: string }[];
        runcmd: string[][];
    };
    const of = Object.fromEntries(files.map(({ path, content }) => [path, Buffer.from(content, "base64").toString()]));
    return { files: of, runcmd, metadata };
}

describe("Container on GCP, on machines", () => {
    it("is there for what Cloud Run has no way for, and for nothing else", async () => {
        const { result } = await onGcp(() => new Container("web", { image, port: 3000 }));
        expect(needsMachines(result.spec)).to.equal(false);
        const cases: Partial<ContainerArgs>[] = [
            { ports: raw },
            { ports: { http: { port: 80 }, admin: { port: 81 } } },
            { port: 80, exec: true },
            { port: 80, health: { command: ["true"] } },
            { port: 80, health: { path: "/", startup: 300 } },
            { port: 80, rollout: { strategy: "recreate" } },
            { port: 80, stopGrace: 60 },
            { port: 80, public: true, scale: { min: 1, max: 3, requests: 100 } },
            { scale: { min: 1, max: 3 } },
        ];
        const { names } = await onGcp(() =>
            cases.forEach((args, index) => void new Container(`box-${index}`, { image, ...args })),
        );
        expect(names("RegionInstanceGroupManager")).to.have.members(cases.map((_, index) => `box-${index}`));
        expect([...names("WorkerPool"), ...names("Service").filter((name) => /^box-\d$/.test(name))]).to.deep.equal([]);
    });

    it("is a group of hardened machines, whose new ones are healthy before old ones go", async () => {
        const { inputs, names } = await made({
            ports: raw,
            scale: { min: 2, max: 4, cpu: 50 },
            health: { interval: 20, timeout: 3, failures: 5, startup: 90 },
            cpu: 1,
            memory: 3072,
            rollout: { timeout: 200 },
        });
        expect(inputs("RegionInstanceTemplate", "box-template")).to.deep.include({
            machineType: "e2-medium",
            canIpForward: false,
            shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
            serviceAccount: {
                email: `box-account-${end}@${project}.iam.gserviceaccount.com`,
                scopes: ["https://www.googleapis.com/auth/cloud-platform"],
            },
            disks: [
                {
                    sourceImage: "projects/cos-cloud/global/images/family/cos-stable",
                    boot: true,
                    autoDelete: true,
                    diskType: "pd-balanced",
                    diskSizeGb: 20,
                    diskEncryptionKey: { kmsKeySelfLink: "stack-key" },
                },
            ],
        });
        expect(booted(inputs).metadata).to.include({
            "block-project-ssh-keys": "true",
            "enable-oslogin": "true",
            "serial-port-enable": "false",
        });
        expect(inputs("RegionInstanceGroupManager", "box")).to.deep.include({
            region,
            baseInstanceName: `box-machine-${end}`,
            distributionPolicyZones: [`${region}-b`, `${region}-c`],
            namedPorts: [{ name: "raw", port: 9000 }],
            autoHealingPolicies: { healthCheck: "box-health-healing", initialDelaySec: 90 },
            waitForInstances: true,
            waitForInstancesStatus: "UPDATED",
            updatePolicy: {
                type: "PROACTIVE",
                minimalAction: "REPLACE",
                mostDisruptiveAllowedAction: "REPLACE",
                replacementMethod: "SUBSTITUTE",
                maxSurgeFixed: 2,
                maxUnavailableFixed: 0,
            },
        });
        expect(inputs("RegionAutoscaler", "box-scaling").autoscalingPolicy).to.deep.equal({
            minReplicas: 2,
            maxReplicas: 4,
            cooldownPeriod: 90,
            cpuUtilization: { target: 0.5 },
        });
        // Nobody logs in, but with `exec`.
        expect(names("Firewall").filter((name) => name.includes("terminals"))).to.deep.equal([]);
    });

    it("starts no new one before the old ones have gone, where one may not run twice", async () => {
        const { inputs, names } = await made({ rollout: { strategy: "recreate" }, scale: 3 });
        expect(inputs("RegionInstanceGroupManager", "box").updatePolicy).to.deep.include({
            replacementMethod: "RECREATE",
            maxSurgeFixed: 0,
            maxUnavailableFixed: 3,
        });
        expect(inputs("RegionInstanceGroupManager", "box")).to.not.have.property("autoHealingPolicies");
        expect(names("RegionAutoscaler")).to.deep.equal([]);
    });

    it("runs its containers as they are declared, with secrets that each machine fetches as itself", async () => {
        const { inputs } = await onGcp(() => {
            const token = new Secret("token", { generate: {} });
            new Container("box", {
                image: new Image("built", { context: "." }),
                ports: { http: { port: 80 }, ...raw },
                command: ["serve", "it's"],
                env: { QUOTE: `a 'b' "c" $d` },
                uses: [token, token.asFile().as("CERTIFICATE"), new Blob("uploads")],
                cpu: 0.5,
                memory: 1024,
                stopGrace: 45,
                sidecars: { proxy: { image, cpu: 0.25, memory: 512 } },
            });
        });
        const { files, runcmd } = booted(inputs);
        const main = files["/etc/mvi/main"];
        expect(main).to.include(`export QUOTE='a '\\''b'\\'' "c" $d'`).and.include("export PORT='80'");
        expect(main).to.include("export RAW_PORT='9000'").and.include("export UPLOADS_BUCKET='uploads'");
        expect(main).to.include(`TOKEN="$(secret 'token/versions/1')"; export TOKEN`);
        expect(main).to.include("secret 'token/versions/1' > /run/mvi/main/CERTIFICATE_FILE");
        expect(main).to.include(`docker-credential-gcr configure-docker --registries=${region}-docker.pkg.dev`);
        expect(main)
            .to.match(/--cpus 0\.5 --memory 1024m --memory-swap 1024m/)
            .and.match(/--read-only --tmpfs \/tmp/);
        expect(main).to.include("--volume /run/mvi/main/CERTIFICATE_FILE:/run/secrets/main-certificate_file:ro");
        expect(main).to.include(
            `'${region}-docker.pkg.dev/${project}/built-${end}/image@${digest}' 'serve' 'it'\\''s'`,
        );
        expect(main).to.include("--log-driver gcplogs").and.not.include("generated-value");
        expect(files["/etc/systemd/system/mvi-main.service"]).to.include(
            `ExecStop=/usr/bin/docker stop --time 45 box-machine-${end}-main`,
        );
        expect(files["/etc/mvi/beside-proxy"]).to.include(`'${image}'`).and.not.include("docker-credential-gcr");
        // Container-Optimized OS has a firewall of its own.
        expect(runcmd.filter(([command]) => command === "iptables").map((words) => words[7])).to.deep.equal([
            "80",
            "9000",
        ]);
        expect(runcmd.at(-1)).to.deep.equal([
            "systemctl",
            "start",
            "--no-block",
            "mvi-main.service",
            "mvi-beside-proxy.service",
        ]);
        for (const script of [main, files["/etc/mvi/beside-proxy"]]) {
            const { status, stderr } = spawnSync("/bin/sh", ["-n"], { input: script, encoding: "utf8" });
            expect(status, stderr).to.equal(0);
        }
        expect(inputs("RepositoryIamMember", "box-repositoryGrant-built-artifactregistry-reader")).to.include({
            role: "roles/artifactregistry.reader",
        });
        expect(inputs("IAMMember", "box-projectGrant-log-logging-logwriter")).to.include({
            role: "roles/logging.logWriter",
        });
        expect(inputs("ProjectSink", "box-log-sink").filter).to.include(
            `logName:"gcplogs-docker-driver" AND jsonPayload.container.name=~"^/?box-machine-${end}-"`,
        );
    });

    it("starts with what Google's metadata and secrets answer, and not at all without", async () => {
        const { inputs } = await onGcp(() => {
            const token = new Secret("token", { generate: {} });
            const env = { QUOTE: `a 'b' "c" $d`, LINES: "one\ntwo" };
            new Container("box", { image, ports: raw, env, uses: [token, token.asFile().as("CERTIFICATE")] });
        });
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-machine-"));
        const command = (name: string, lines: string) =>
            fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
        try {
            command(
                "docker",
                `[ "$1" = run ] || exit 0; printf '%s\\n' "$TOKEN" "$QUOTE" "$LINES" "$RAW_PORT"; echo "$@"`,
            );
            // As Google writes them: the token in a line, the secret in many.
            const value = Buffer.from("planted $value").toString("base64");
            const metadata = `echo '{"access_token":"ya29.a-b_c","expires_in":3599,"token_type":"Bearer"}'`;
            const secret = `printf '{\\n  "name": "n",\\n  "payload": {\\n    "data": "${value}",\\n    "dataCrc32c": "1"\\n  }\\n}\\n'`;
            const curl = (answer: string) =>
                command(
                    "curl",
                    `case "$*" in *metadata*) ${metadata};; *"Bearer ya29.a-b_c"*:access*) ${answer};; *) exit 22;; esac`,
                );
            const script = booted(inputs).files["/etc/mvi/main"].replaceAll("/run/mvi", folder);
            const run = () => {
                const { PATH } = process.env;
                return spawnSync("/bin/sh", ["-c", script], { encoding: "utf8", env: { PATH: `${folder}:${PATH}` } });
            };
            curl(secret);
            const { stdout, status, stderr } = run();
            expect(status, stderr).to.equal(0);
            expect(stdout.split("\n").slice(0, 5)).to.deep.equal([
                "planted $value",
                `a 'b' "c" $d`,
                "one",
                "two",
                "9000",
            ]);
            expect(fs.readFileSync(path.join(folder, "main", "CERTIFICATE_FILE"), "utf8")).to.equal("planted $value");
            curl("exit 22");
            expect(run()).to.include({ stdout: "" }).and.have.property("status").that.is.not.equal(0);
        } finally {
            fs.rmSync(folder, { recursive: true, force: true });
        }
    });

    it("is asked by a command of its own through the machine, which answers for it", async () => {
        const { inputs } = await made({ ports: raw, health: { command: ["check", "it's"], timeout: 4 } });
        const { files, runcmd } = booted(inputs);
        expect(files["/etc/mvi/health"]).to.include(`timeout 4 docker exec box-machine-${end}-main 'check' 'it'\\''s'`);
        expect(files["/etc/systemd/system/mvi-health.socket"]).to.include("ListenStream=8086");
        expect(runcmd.at(-1)).to.include("mvi-health.socket");
        expect(inputs("HealthCheck", "box-health-healing").httpHealthCheck).to.deep.equal({
            port: 8086,
            requestPath: "/",
        });
        // What it prints is HTTP, whether the command passes or not.
        for (const [docker, status] of [
            ["true", "200 OK"],
            ["false", "503 Service Unavailable"],
        ]) {
            const script = files["/etc/mvi/health"].replace(/docker exec .* >/, `${docker} >`);
            const answered = spawnSync("/bin/sh", ["-c", script], { input: "GET / HTTP/1.1\r\n", encoding: "utf8" });
            expect(answered.stdout).to.equal(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
        }
    });

    it("is asked wherever its check is answered, or it would be taken for dead and replaced for ever", async () => {
        const { inputs } = await onGcp(() => {
            new Container("worker", { image, health: { command: ["true"] } });
            // A load balancer opens its own port only, and the healing asks at the first one.
            const ports = { ...raw, http: { port: 80 }, admin: { port: 8080 } };
            new Container("both", { image, ports, public: true, health: { path: "/", port: "admin" } });
        });
        const asked = (name: string) =>
            (inputs("Firewall", `${name}-firewall-asked`).allows as { ports: string[] }[])[0];
        expect(asked("worker").ports).to.deep.equal(["8086"]);
        expect(inputs("HealthCheck", "worker-health-healing").httpHealthCheck).to.deep.equal({
            port: 8086,
            requestPath: "/",
        });
        expect(inputs("RegionInstanceGroupManager", "worker")).to.have.property("autoHealingPolicies");
        expect(asked("both").ports).to.have.members(["8080", "9000", "80"]);
    });

    it("is reached by what uses it at one address, from within the network only", async () => {
        const { inputs, result } = await onGcp(() => {
            const box = new Container("box", { image, ports: { http: { port: 80 }, ...raw } });
            new Container("web", { image, port: 3000, uses: [box] });
            return box;
        });
        expect(await value(result.url)).to.equal("http://203.0.113.1:80");
        const { containers } = inputs("Service", "web").template as { containers: { envs: object[] }[] };
        expect(containers[0].envs).to.deep.include.members([
            { name: "BOX_URL", value: "http://203.0.113.1:80" },
            { name: "BOX_RAW_URL", value: "tcp://203.0.113.1:9000" },
        ]);
        expect(inputs("ForwardingRule", "box-way")).to.deep.include({
            loadBalancingScheme: "INTERNAL",
            ports: ["80", "9000"],
            backendService: "box-inside",
        });
        expect(inputs("RegionBackendService", "box-inside")).to.deep.include({
            loadBalancingScheme: "INTERNAL",
            protocol: "TCP",
            connectionDrainingTimeoutSec: 30,
        });
        expect(inputs("Firewall", "box-firewall-inside")).to.deep.include({
            direction: "INGRESS",
            sourceRanges: ["10.0.0.0/16"],
            allows: [{ protocol: "tcp", ports: ["80", "9000"] }],
        });
        // Who is no user of it has no way out to it.
        expect(inputs("Firewall", "web-connect-box-9000")).to.deep.include({
            direction: "EGRESS",
            destinationRanges: ["203.0.113.1/32"],
            allows: [{ protocol: "tcp", ports: ["9000"] }],
        });
    });

    it("scales by what a load balancer hands to each, and is public through one", async () => {
        const { inputs, result } = await made({
            port: 80,
            public: true,
            scale: { min: 1, max: 3, requests: 100 },
        });
        expect(await value(result.url)).to.equal(`https://box-host-${end}.endpoints.${project}.cloud.goog`);
        expect(inputs("BackendService", "box-backend-box-http").backends).to.deep.equal([
            {
                group: `https://compute/regions/${region}/instanceGroups/box`,
                balancingMode: "RATE",
                maxRatePerInstance: 100,
                capacityScaler: 1,
            },
        ]);
        expect(inputs("RegionAutoscaler", "box-scaling").autoscalingPolicy).to.deep.include({
            loadBalancingUtilization: { target: 1 },
        });
        for (const gauge of ["cpu", "memory", "healthy", "requests", "errors", "latency", "reachable"])
            expect(result.hasGauge(gauge), gauge).to.equal(true);
    });

    it("lets in who may log in through Google's tunnel, with `exec`", async () => {
        const { inputs } = await made({ exec: true });
        expect(inputs("Firewall", "box-firewall-terminals")).to.deep.include({
            sourceRanges: ["35.235.240.0/20"],
            allows: [{ protocol: "tcp", ports: ["22"] }],
        });
    });

    it("refuses what machines cannot do", async () => {
        expect(await refused({ port: 80, exec: true, scale: { min: 0, max: 2 } })).to.match(
            /scale\.min: must be at least 1 on gcp: no request can start a machine/,
        );
        expect(await refused({ port: 80, scale: { min: 1, max: 2, requests: 10 } })).to.match(
            /scale\.requests: needs `public` on gcp: the load balancer counts them/,
        );
        expect(machineFor(0.25, 512)).to.equal("e2-micro");
        expect(machineFor(0.25, 1024)).to.equal("e2-small");
        expect(machineFor(8, 32768)).to.equal("e2-highmem-8");
        expect(machineFor(40, 512)).to.equal(undefined);
    });
});
