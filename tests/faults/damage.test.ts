import { expect } from "chai";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { refusal, until } from "../agent/harness";
import { begin, show, stop } from "./damage";
import { keepsOf, keptAt, lineOf, withDatabase } from "./kept";
import { listens, portsIn, runningIn } from "./machine";
import { prove } from "./proof";
import { faultHome, type Version, withFiles } from "./support";

describe("damage from outside, through Pulumi's engine", function () {
    this.timeout(300_000);
    let home: ReturnType<typeof faultHome>;
    let other: ChildProcess | undefined;
    let version: Version;

    beforeEach(() => {
        home = faultHome();
        version = { version: "1", ...withFiles };
    });
    afterEach(async () => {
        other?.kill("SIGKILL");
        await home.close();
    });

    const kept = () => keptAt(home.agent().place, keepsOf(version));

    it("a port that another program took is named with who took it, and served again when that one ends", async () => {
        const { stack, url, agent } = await begin(home, () => version);
        await stop(agent);
        const port = new URL(url).port;
        other = spawn(process.execPath, [
            "-e",
            `require("net").createServer().listen(${port}, "127.0.0.1", () => console.log(1))`,
        ]);
        await once(other.stdout!, "data");
        const { message } = await refusal(stack.up({ refresh: true }));
        expect(message).to.match(
            new RegExp(`Balancer.*small.*port ${port} is taken by process ${other.pid} \\(node\\): end it`, "i"),
        );
        const meanwhile = await kept();
        other.kill("SIGKILL");
        const since = performance.now();
        await until("it serves by itself", async () => (await fetch(url)).status === 200, 60_000);
        const seconds = ((performance.now() - since) / 1000).toFixed(1);
        await stack.up({ refresh: true });
        await stack.preview({ refresh: true, expectNoChanges: true });
        show("the load balancer's port was taken by another program, while the agent was stopped", {
            "up says": lineOf(message, /is taken by process/, home.root).replace(String(other.pid), "(its number)"),
            "served again by itself, after the other had ended": `after ${seconds} s`,
            "kept meanwhile": meanwhile,
            kept: await kept(),
        });
        await stack.destroy();
    });

    it("records that cannot be read are put aside, shown, and made anew over the data that are there", async () => {
        version = { ...version, ...withDatabase };
        const { stack, url, agent } = await begin(home, () => version);
        await stop(agent);
        const records = path.join(agent.place.folder, "records");
        const bucket = path.join(records, "Bucket", "small-files.json");
        const web = path.join(records, "Container", "small-web.json");
        fs.truncateSync(bucket, 100);
        fs.writeFileSync(web, "\0\0\0");
        fs.writeFileSync(`${bucket}.123.half`, "{");
        fs.writeFileSync(path.join(agent.place.folder, "ports.json"), '{ "balancer/small');
        fs.writeFileSync(
            path.join(agent.place.folder, "data", "processes", "Container%2Fsmall-web%2F1.json"),
            '{"id":',
        );
        fs.truncateSync(path.join(agent.place.folder, "identities.json"), 50);
        const logged = fs.statSync(agent.place.log).size;
        await stack.up({ refresh: true });
        const log = fs.readFileSync(agent.place.log).subarray(logged).toString();
        for (const [says, file] of [
            [/a record could not be read, and was put aside: /, "Bucket.small-files.json"],
            [/a record could not be read, and was put aside: /, "Container.small-web.json"],
            [/could not be read, and is put aside: /, "ports.json"],
            [/could not be read, and is put aside: /, "identities.json"],
        ] as const) {
            expect(log.split("\n").filter((line) => says.test(line) && line.includes(file))).to.have.length(1);
        }
        const { broken } = await agent.status();
        expect(broken.map((file) => path.basename(file).replace(/\d+$/, "")).sort()).to.deep.equal([
            "Bucket.small-files.json.",
            "Container.small-web.json.",
        ]);
        await until("it serves", async () => (await fetch(url)).status === 200);
        await stack.preview({ refresh: true, expectNoChanges: true });
        show(
            "records of a bucket and a container, the ports, a process and the identities were cut off, filled with zeros or half written",
            {
                "the agent's log says of each": "it could not be read, and is (or was) put aside",
                "shown in the agent's status, and put aside": broken
                    .map((file) => path.basename(file).replace(/[.]\d+$/, ""))
                    .join(", "),
                kept: await kept(),
            },
        );
        await stack.destroy();
        expect(fs.existsSync(home.agents)).to.equal(false);
    });

    it("a folder that is removed under its agent ends all that ran there, and up makes it anew", async () => {
        const { stack, url, agent } = await begin(home, () => version);
        const ports = portsIn(home.agents);
        // the agent writes meanwhile
        await until(
            "the folder is removed",
            () => (fs.rmSync(agent.place.folder, { recursive: true, force: true }), true),
        );
        await until("nothing runs", () => runningIn(home.agents).length === 0, 20_000);
        const runningThen = runningIn(home.agents).length;
        const left = (await Promise.all(ports.map(listens))).filter(Boolean).length;
        await stack.up({ refresh: true });
        await until("it serves", async () => (await fetch(url)).status === 200);
        await stack.preview({ refresh: true, expectNoChanges: true });
        prove("damage", "the stack's folder was removed under its agent", 1, {
            processesLeft: { got: runningThen, wanted: 0, met: runningThen === 0 },
            portsLeft: { got: left, wanted: 0, met: left === 0 },
            "the next up": "made all anew; the data went with the folder",
        });
        expect([runningThen, left]).to.deep.equal([0, 0]);
        await stack.destroy();
        expect(fs.existsSync(home.agents)).to.equal(false);
    });

    it("an agent that is told another build, of the same code, gives way to the newer one, with all that it kept", async () => {
        version = { ...version, ...withDatabase };
        const { stack, url, agent } = await begin(home, () => version);
        process.env.MVI_BUILD = "newer";
        await stack.preview({ expectNoChanges: true });
        version = { ...version, version: "2" };
        await stack.up();
        const { build } = await agent.status();
        expect(build).to.equal("newer");
        expect(await (await fetch(url)).json()).to.include({ version: "2" });
        await stack.preview({ refresh: true, expectNoChanges: true });
        show(
            "an agent ran that was told the name of an older build (MVI_BUILD), of the same code, and then a newer one came",
            {
                "a preview by the newer one": "no changes",
                "after the next up the agent is": build,
                kept: await kept(),
            },
        );
        await stack.destroy();
    });
});
