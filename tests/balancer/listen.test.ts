import { expect } from "chai";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import * as path from "node:path";
import { type BalancerInputs, balancerKind } from "../../agent/balancer/balancer";
import { balancers } from "../../agent/balancer/engine";
import { call, freePort, inputs, type TestHost, testHost } from "./support";

describe("a TCP port of a balancer that the declaration names", () => {
    let host: TestHost;
    let kind: ReturnType<typeof balancerKind>;
    beforeEach(() => {
        host = testHost();
        kind = balancerKind(host);
    });
    afterEach(async () => {
        await kind.stop();
        await balancers(host).stop();
        host.clean();
    });

    const wanted = (listen: number | undefined, name = "edge"): BalancerInputs =>
        inputs({ name, http: false, tcp: [{ name: "db", service: "Database/db/sql", listen }] });
    const refusal = (listen: number, name?: string): Promise<string> =>
        kind.apply(name ?? "edge", wanted(listen, name), call).then(
            () => expect.fail("it was applied"),
            (error: Error) => (error.name === "Refusal" ? error.message : expect.fail(error.stack ?? "")),
        );
    const opens = (port: number): Promise<boolean> =>
        new Promise((resolve) => {
            const socket = connect(port, "127.0.0.1");
            socket.once("connect", () => resolve((socket.destroy(), true)));
            socket.once("error", () => resolve(false));
        });

    it("is just that one, moves when it is changed, and goes with it", async () => {
        const [first, second] = [await freePort(), await freePort()];
        const outputs = await kind.apply("edge", wanted(first), call);
        expect(outputs.ports).to.deep.equal({ db: first });
        expect(outputs.url).to.equal(`tcp://localhost:${first}`);
        expect(await opens(first)).to.equal(true);
        const moved = await kind.apply("edge", wanted(second), { ...call, previous: wanted(first) });
        expect(moved.ports).to.deep.equal({ db: second });
        expect([await opens(first), await opens(second)]).to.deep.equal([false, true]);
        const free = await kind.apply("edge", wanted(undefined), { ...call, previous: wanted(second) });
        expect(free.ports.db).to.not.equal(second);
        await kind.remove("edge", wanted(undefined));
        expect([await opens(second), await opens(free.ports.db)]).to.deep.equal([false, false]);
    });

    it("is refused when it is taken, with who has it, and what was there serves on", async () => {
        const port = await freePort();
        await kind.apply("edge", wanted(port), call);
        expect(await refusal(port, "other")).to.equal(
            `Balancer other: port ${port} is taken by another resource of this stack: choose another \`listen\``,
        );
        const script = `require("node:net").createServer().listen(${await freePort()}, "127.0.0.1", function () { console.log(this.address().port) })`;
        for (const [args, who] of [
            [[], /is taken by process \d+ \(\S+\): end it, or choose another `listen`$/],
            [["/x/agent/main.js", "shop/dev"], /is taken by the stack shop\/dev: remove it there, or choose/],
        ] as const) {
            const child = spawn(process.execPath, ["-e", script, "--", ...args], {
                stdio: ["ignore", "pipe", "inherit"],
            });
            const [text] = (await once(child.stdout, "data")) as [Buffer];
            expect(await refusal(Number(text))).to.match(who);
            expect(await opens(port), "the port before").to.equal(true);
            child.kill("SIGKILL");
            await once(child, "exit");
        }
    });

    it("is refused before anything is made when it is no port, or there twice", async () => {
        const tcp = [65_536, 7000, 7000].map((listen, i) => ({ name: `p${i}`, service: "Database/db/sql", listen }));
        const checked = await kind.check!(inputs({ http: false, tcp }));
        expect(checked.faults).to.deep.equal([
            { input: "tcp[0].listen", reason: "must be a port from 1 to 65535, but is 65536" },
            { input: "tcp[2].listen", reason: `port 7000 is that of "p1" already: choose another one` },
        ]);
    });

    it("below 1024 is refused to who is not root, with what to do", function () {
        if (process.getuid?.() !== 0 || process.platform !== "linux") {
            this.skip(); // only root can become somebody else
        }
        const script = `
            const { openTcp } = require(${JSON.stringify(path.resolve(__dirname, "../../agent/balancer/edge.ts"))});
            const place = { host: {}, owner: "Balancer edge", port: 81, recorder: {}, asked: true };
            openTcp(place, {}).then(() => console.log("open"), (error) => console.log(error.name, error.message)).then(() => process.exit(0));
        `;
        const { stdout, stderr } = spawnSync(process.execPath, ["--require", "tsx/cjs", "-e", script], {
            uid: 65534,
            gid: 65534,
            cwd: path.resolve(__dirname, "../.."),
            encoding: "utf8",
        });
        expect(stdout, stderr).to.equal(
            "Refusal Balancer edge: port 81 is for root only: choose a `listen` from 1024 on, or let all users have it with `sudo sysctl net.ipv4.ip_unprivileged_port_start=81`\n",
        );
    });
});
