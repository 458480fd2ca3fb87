import { expect } from "chai";
import { type ContainerInputs } from "../../agent/container";
import { processRow } from "../../agent/process/table";
import { until } from "../process/host";
import { server, World } from "./world";

const probe = { path: "/", intervalSeconds: 0.3, timeoutSeconds: 0.3, failures: 2, initialDelaySeconds: 0 };

describe("container/rollout", () => {
    let world: World;

    beforeEach(() => {
        world = new World();
    });
    afterEach(() => world.end());

    const alive = (pid: unknown) => processRow(Number(pid))?.zombie === false;

    it("serves when it resolves, and rolls over under load without a lost request", async () => {
        const two = { replicas: { min: 2, max: 2 } };
        const outputs = await world.apply(await world.inputs(server("1"), two));
        expect(outputs).to.deep.include({
            internalUrls: { http: "http://127.0.0.1:1234" },
            services: { http: "Container/web/http" },
            running: 2,
        });
        expect(world.targets.map((target) => target.id)).to.deep.equal(["web/1", "web/2"]);
        const stop = world.load();
        await until(async () => (await world.ask())["replica"] === "2");
        await world.apply(await world.inputs(server("2"), two));
        expect(world.progress).to.include("web/3 is ready (1 of 2)");
        await until(() => world.targets.length === 2);
        const { answers, failures } = await stop();
        expect(failures).to.deep.equal([]);
        expect(answers["1"]).to.be.greaterThan(20);
        expect(answers["2"]).to.be.greaterThan(20);
        expect((await world.ask())["version"]).to.equal("2");
        expect(world.targets.every((target) => !target.draining)).to.equal(true);
    });

    const broken: Record<string, { script: string; more?: Partial<ContainerInputs>; reason: RegExp }> = {
        "crashes at its start": {
            script: `console.log("reads its settings"); throw new Error("no DATABASE_URL")`,
            reason: /^Container web: web\/2: it ended with exit code 1 after \d\.\d s; the version before serves on\. Its last lines:\n[^]*reads its settings[^]*no DATABASE_URL/,
        },
        "ends with 0": { script: `console.log("done")`, reason: /web\/2: it ended with exit code 0 .*\n {4}done$/ },
        "is killed": { script: `process.kill(process.pid, "SIGSEGV")`, reason: /it ended with signal SIGSEGV/ },
        "never listens": {
            script: `setInterval(() => 0, 1000)`,
            more: { rollout: { strategy: "rolling", timeoutSeconds: 1, maxSurge: 1 } },
            reason: /not ready within 1 s: TCP connect: nothing listens on port \d+: listen on the one in \$PORT, which on this machine is not the declared 3000; .*\. It wrote nothing\.$/,
        },
        "answers with errors": {
            script: `require("node:http").createServer((_, response) => { response.statusCode = 503; response.end() }).listen(process.env.PORT, "127.0.0.1")`,
            more: { health: { readiness: probe }, rollout: { strategy: "rolling", timeoutSeconds: 1, maxSurge: 1 } },
            reason: /not ready within 1 s: GET \/: status 503/,
        },
        "never answers": {
            script: `require("node:http").createServer(() => 0).listen(process.env.PORT, "127.0.0.1")`,
            more: { health: { readiness: probe }, rollout: { strategy: "rolling", timeoutSeconds: 1, maxSurge: 1 } },
            reason: /not ready within 1 s: GET \/: no answer within 0\.3 s/,
        },
        "does not start in its startup time": {
            script: `setInterval(() => 0, 1000)`,
            more: { health: { startup: { ...probe, intervalSeconds: 0.25, failures: 4 } } },
            reason: /^Container web: web\/2: its startup check did not pass within 1 s: GET \/: nothing listens/,
        },
        "is ready and then crashes": {
            script: server("2", `setTimeout(() => { console.error("lost its database"); process.exit(4) }, 400)`),
            reason: /web\/2: was ready, and then it ended with exit code 4 after [^]*lost its database/,
        },
        "has a sidecar that crashes": {
            script: server("2"),
            more: {
                sidecars: [
                    {
                        name: "proxy",
                        image: {
                            directory: "",
                            config: { entrypoint: [], cmd: [], env: {}, workdir: "/", exposed: [] },
                        },
                        command: ["node", "-e", "process.exit(9)"],
                        env: {},
                        secretEnv: {},
                    },
                ],
            },
            reason: /its sidecar proxy ended with exit code 9/,
        },
        "cannot be run": {
            script: server("2"),
            more: { command: ["no-such-program"] },
            reason: /cannot run no-such-program: there is no such program/,
        },
    };
    for (const [name, { script, more, reason }] of Object.entries(broken)) {
        it(`keeps the old version when the new one ${name}`, async () => {
            await world.apply(await world.inputs(server("1")));
            const { pid } = await world.ask();
            const stop = world.load();
            const inputs = await world.inputs(script, more);
            const whole = {
                ...inputs,
                sidecars: inputs.sidecars.map((sidecar) => ({ ...sidecar, image: inputs.image })),
            };
            expect(await world.refusal(whole)).to.match(reason);
            const { answers, failures } = await stop();
            expect(Object.keys(answers)).to.include("1");
            expect(failures).to.deep.equal([]);
            expect(await world.ask()).to.include({ version: "1", pid });
            expect(world.targets).to.have.length(1);
            expect(world.targets[0]?.draining).to.equal(false);
            const report = await world.kind.read("web", {
                inputs: whole,
                outputs: { id: "web", digest: "", internalUrls: {}, services: {}, running: 1 },
            });
            expect(report?.outputs.running).to.equal(1);
        });
    }

    it("is checked as its image's HEALTHCHECK says when the declaration says nothing", async () => {
        const check = `fetch(process.argv[2]).then(({ ok }) => process.exit(ok ? 0 : 7), () => process.exit(8))`;
        const start = "FROM node:20\nWORKDIR /app\nCOPY . .\nHEALTHCHECK --interval=1s --timeout=900ms --retries=2";
        const Dockerfile = `${start} CMD node /app/check.js http://127.0.0.1:3000/\nCMD ["node", "index.js"]\n`;
        const built = async (script: string): Promise<ContainerInputs> => {
            const image = await world.image({ Dockerfile, "check.js": check, "index.js": script });
            return { ...(await world.inputs("")), image, command: undefined };
        };
        await world.apply(await built(server("1")));
        const sick = server("2").replace("setTimeout(", "response.statusCode = 503; setTimeout(");
        expect(await world.refusal(await built(sick))).to.match(/check did not pass within 2 s: .*check\.js .*code 7/);
        // the check is a program: on a busy machine it may take longer than it is given, once
        await until(() => world.targets.length === 1);
        expect(await world.ask()).to.include({ version: "1" });
        const declared = { ...(await built(sick)), health: { readiness: { ...probe, path: undefined } } };
        await world.apply(declared);
        expect((await world.ask())["version"], "what is declared goes first").to.equal("2");
        const own = { ...(await built(sick.replaceAll('"2"', '"3"'))), command: ["node", "index.js"] };
        await world.apply(own);
        expect((await world.ask())["version"], "it is the image's own command that it checks").to.equal("3");
    });

    it("leaves nothing of a first version that fails", async () => {
        expect(
            await world.refusal(await world.inputs(`console.log(process.pid); setTimeout(() => process.exit(1), 100)`)),
        ).to.not.match(/version before/);
        const pid = world.host.lines.find((line) => line.stream === "stdout")?.text;
        expect(alive(pid)).to.equal(false);
        expect(world.targets).to.deep.equal([]);
        expect(await world.kind.read("web", { inputs: await world.inputs(""), outputs: {} as never })).to.equal(
            undefined,
        );
    });

    it("waits for a slow start within the time", async () => {
        const slow = server("1")
            .replace("server.listen", `setTimeout(() => server.listen`)
            .replace(`console.log("listening"))`, `console.log("listening")), 1500)`);
        const from = Date.now();
        await world.apply(await world.inputs(slow, { health: { startup: { ...probe, failures: 50 } } }));
        expect(Date.now() - from).to.be.within(1500, 5000);
        expect((await world.ask())["version"]).to.equal("1");
    });

    it("recreates: never two at a time, and the old one back when the new one fails", async () => {
        const recreate = { rollout: { strategy: "recreate", timeoutSeconds: 5, maxSurge: 1 } } as const;
        await world.apply(await world.inputs(server("1"), recreate));
        const first = await world.ask();
        await world.apply(await world.inputs(server("2"), recreate));
        expect(alive(first["pid"])).to.equal(false);
        expect((await world.ask())["version"]).to.equal("2");
        expect(await world.refusal(await world.inputs(`process.exit(1)`, recreate))).to.match(
            /it ended with exit code 1/,
        );
        expect((await world.ask())["version"]).to.equal("2");
    });

    it("changes the number of replicas without touching those that stay", async () => {
        const inputs = await world.inputs(server("1"));
        await world.apply(inputs);
        const { pid } = await world.ask();
        await world.apply({ ...inputs, replicas: { min: 3, max: 3 } });
        expect(world.targets.map((target) => target.id)).to.deep.equal(["web/1", "web/2", "web/3"]);
        await world.apply(inputs);
        await until(() => world.targets.length === 1);
        expect((await world.ask())["pid"]).to.equal(pid);
    });

    it("lets a request under way end before it stops the old one", async () => {
        const slow = `require("node:http").createServer((_, response) => setTimeout(() => response.end('{"version":"slow"}'), 1500)).listen(process.env.PORT, "127.0.0.1")`;
        await world.apply(await world.inputs(slow));
        const asked = world.ask();
        await world.apply(await world.inputs(server("2")));
        expect((await asked)["version"]).to.equal("slow");
    });
});
