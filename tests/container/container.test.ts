import { expect } from "chai";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { join } from "node:path";
import { processes, processRow } from "../../agent/process/table";
import { until } from "../process/host";
import { server, World } from "./world";

const probe = { path: "/", intervalSeconds: 0.2, timeoutSeconds: 0.3, failures: 2, initialDelaySeconds: 0 };

describe("container", () => {
    let world: World;

    beforeEach(() => {
        world = new World();
    });
    afterEach(() => world.end());

    const alive = (pid: unknown) => processRow(Number(pid))?.zombie === false;

    it("gives each its ports, identity and home, and nothing of the agent's environment", async () => {
        process.env["OF_THE_AGENT"] = "leak";
        const secrets = {
            name: "Secret",
            resolve: (reference: string) => `value of ${reference}`,
            watch: () => () => undefined,
        };
        world.host.kinds.set("Secret", secrets as never);
        const script = server(
            "1",
            `
            const fs = require("node:fs");
            fs.writeFileSync(process.env.HOME + "/x", "1");
            fs.writeFileSync(require("node:os").tmpdir() + "/x", "1");
            let refused = ""; try { fs.writeFileSync("here", "") } catch (error) { refused = error.code }
            console.log("refused", refused, fs.readFileSync(process.env.CERT, "utf8"), process.cwd());`,
        );
        const inputs = await world.inputs(script, {
            ports: [
                { name: "http", port: 3000, protocol: "http" },
                { name: "side-door", port: 9000, protocol: "tcp" },
            ],
            health: { readiness: probe },
            env: { PLAIN: "p", CERT: "/etc/tls/cert.pem", AWS_REGION: "eu-central-1" },
            secretEnv: { TOKEN: "s3cret-token", FROM: "secret:db" },
            secretFiles: { "/etc/tls/cert.pem": "the certificate" },
            permits: [{ kind: "Bucket", id: "b", access: ["read"] }],
        });
        await world.apply(inputs);
        delete process.env["OF_THE_AGENT"];
        const env = await world.ask("/env");
        expect(env).to.include({
            HOST: "127.0.0.1",
            MVI_REPLICA: "1",
            PLAIN: "p",
            TOKEN: "s3cret-token",
            FROM: "value of secret:db",
            AWS_REGION: "eu-central-1",
        });
        expect(env["PORT"]).to.equal(env["HTTP_PORT"]);
        expect(env["SIDE_DOOR_PORT"]).to.match(/^\d+$/);
        const identity = world.host.identities.find(env["AWS_ACCESS_KEY_ID"] ?? "");
        expect(identity).to.deep.include({
            owner: "Container/web",
            permits: inputs.permits,
            secretAccessKey: env["AWS_SECRET_ACCESS_KEY"],
        });
        expect(Object.keys(env).sort()).to.deep.equal([
            "AWS_ACCESS_KEY_ID",
            "AWS_REGION",
            "AWS_SECRET_ACCESS_KEY",
            "CERT",
            "FROM",
            "HOME",
            "HOST",
            "HTTP_PORT",
            "MVI_REPLICA",
            "MVI_SUPERVISED",
            "PATH",
            "PLAIN",
            "PORT",
            "SIDE_DOOR_PORT",
            "TMPDIR",
            "TOKEN",
        ]);
        const line = world.host.lines.find((each) => each.text.startsWith("refused"))?.text;
        expect(line).to.equal(`refused EACCES the certificate ${join(inputs.image.directory, "root/app")}`);
        for (const row of processes()) {
            const cmdline = existsSync(`/proc/${row.pid}/cmdline`)
                ? readFileSync(`/proc/${row.pid}/cmdline`, "utf8")
                : "";
            expect(cmdline).not.to.include("s3cret-token");
        }
        expect(existsSync(join(env["HOME"] ?? "", "x"))).to.equal(true);
        await world.kind.remove("web", inputs);
        expect(existsSync(env["HOME"] ?? "")).to.equal(false);
        expect(world.host.identities.find(env["AWS_ACCESS_KEY_ID"] ?? "")).to.equal(undefined);
        expect(readdirSync(world.host.folder("processes"))).to.deep.equal([]);
    });

    it("starts a replica again that was killed, with an empty home, and tells a refresh meanwhile", async () => {
        const inputs = await world.inputs(
            server(
                "1",
                `console.log("home", require("node:fs").readdirSync(process.env.HOME)); require("node:fs").writeFileSync(process.env.HOME + "/x", "")`,
            ),
        );
        const outputs = await world.apply(inputs);
        const { pid } = await world.ask();
        process.kill(Number(pid), "SIGKILL");
        await until(() => world.targets.length === 0);
        expect((await world.kind.read("web", { inputs, outputs }))?.inputs.replicas.min).to.equal(0);
        await until(() => world.targets.length === 1);
        expect((await world.ask())["pid"]).not.to.equal(pid);
        expect((await world.kind.read("web", { inputs, outputs }))?.inputs).to.deep.equal(inputs);
        expect(world.host.lines.filter((line) => line.text.startsWith("home")).map((line) => line.text)).to.deep.equal([
            "home []",
            "home []",
        ]);
    });

    it("tells a refresh when another image runs than the record says", async () => {
        const recorded = await world.inputs(server("1"));
        const outputs = await world.apply(recorded);
        expect((await world.kind.read("web", { inputs: recorded, outputs }))?.inputs).to.deep.equal(recorded);
        const other = await world.inputs(server("2")); // rolled over, and the agent was killed before it could note it
        await world.apply(other);
        const found = (await world.kind.read("web", { inputs: recorded, outputs }))!.inputs;
        expect(found.image.digest).to.equal(other.image.digest).and.not.equal(recorded.image.digest);
        expect(found).to.deep.equal({ ...recorded, image: other.image });
    });

    it("takes one out of service that is not ready, and back when it is", async () => {
        const switchable = server("1").replace(
            `if (request`,
            `if (request.url === "/ready") { response.statusCode = require("node:fs").existsSync(process.env.FLAG) ? 500 : 200; return response.end() } if (request`,
        );
        const flag = join(world.host.root, "flag");
        await world.apply(
            await world.inputs(switchable, {
                env: { FLAG: flag },
                health: { readiness: { ...probe, path: "/ready" } },
            }),
        );
        const { pid } = await world.ask();
        writeFileSync(flag, "");
        await until(() => world.targets.length === 0);
        const { rmSync } = await import("node:fs");
        rmSync(flag);
        await until(() => world.targets.length === 1);
        expect((await world.ask())["pid"]).to.equal(pid);
    });

    it("starts one again that hangs", async () => {
        const hangs = server(
            "1",
            `setTimeout(() => { const end = Date.now() + 60000; while (Date.now() < end); }, 1200)`,
        );
        await world.apply(await world.inputs(hangs, { health: { liveness: probe }, stopGraceSeconds: 0.3 }));
        const { pid } = await world.ask();
        await until(() =>
            world.host.lines.some((line) =>
                /^ended: liveness check failed: GET \/: no answer within 0.3 s/.test(line.text),
            ),
        );
        await until(() => world.targets.length === 1);
        expect((await world.ask())["pid"]).not.to.equal(pid);
        expect(alive(pid)).to.equal(false);
    });

    it("probes with a command", async () => {
        const inputs = await world.inputs(
            `require("node:fs").writeFileSync(process.env.HOME + "/up", ""); setInterval(() => 0, 1000)`,
            {
                ports: [],
                health: {
                    readiness: {
                        ...probe,
                        path: undefined,
                        timeoutSeconds: 2,
                        command: ["node", "-e", "require('fs').readFileSync(process.env.HOME + '/up')"],
                    } as never,
                },
            },
        );
        expect(await world.apply(inputs)).to.deep.include({ internalUrls: {}, running: 1 });
        const never = {
            ...inputs,
            health: { readiness: { ...probe, timeoutSeconds: 2, command: ["node", "-e", "process.exit(3)"] } },
            rollout: { ...inputs.rollout, timeoutSeconds: 1 },
        };
        expect(await world.refusal(never as never)).to.match(/node -e process.exit\(3\): exit code 3/);
    });

    it("has sidecars that start before it, end after it, and are reached on its network", async () => {
        const sidecar = `require("node:http").createServer((_, response) => response.end("from the sidecar")).listen(process.env.SIDE_PORT, "127.0.0.1", () => console.log("sidecar up")); process.on("SIGTERM", () => { console.log("sidecar down"); process.exit(0) })`;
        const main = server(
            "1",
            `fetch("http://127.0.0.1:" + process.env.SIDE_PORT).then((answer) => answer.text()).then(console.log); process.on("exit", () => console.log("main down"))`,
        );
        const inputs = await world.inputs(`setTimeout(() => { ${main} }, 300)`, {
            ports: [
                { name: "http", port: 3000, protocol: "http" },
                { name: "side", port: 4000, protocol: "http" },
            ],
        });
        const image = await world.image({ "s.js": sidecar });
        await world.apply({
            ...inputs,
            sidecars: [{ name: "side", image, command: ["node", "s.js"], env: {}, secretEnv: {} }],
        });
        await until(() => world.host.lines.some((line) => line.text === "from the sidecar"));
        await world.kind.stop();
        await until(() => world.host.lines.some((line) => line.text === "sidecar down"));
        const order = world.host.lines
            .filter((line) => line.stream === "stdout")
            .map((line) => `${line.source} ${line.text}`);
        expect(order.filter((line) => / down$| up$/.test(line))).to.deep.equal([
            "web/1/side sidecar up",
            "web/1 main down",
            "web/1/side sidecar down",
        ]);
    });

    it("comes back when the agent restarts, without waiting", async () => {
        let status = 200;
        const gate = createServer((_, response) => response.writeHead(status).end()).listen(0, "127.0.0.1");
        try {
            await once(gate, "listening");
            const inputs = await world.inputs(
                `const serve = () => { ${server("1")} };
                const wait = async () => ((await fetch(process.env.GATE)).ok ? serve() : setTimeout(wait, 50));
                void wait();`,
                {
                    replicas: { min: 2, max: 2 },
                    env: { GATE: `http://127.0.0.1:${(gate.address() as AddressInfo).port}` },
                },
            );
            await world.apply(inputs);
            await world.kind.stop();
            expect(world.targets).to.deep.equal([]);
            world.kind = world.newKind();
            status = 503;
            await world.apply(inputs, true);
            expect(world.targets).to.deep.equal([]);
            status = 200;
            await until(() => world.targets.length === 2);
        } finally {
            gate.close().closeAllConnections();
        }
    });
});
