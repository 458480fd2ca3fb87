import { expect } from "chai";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { refusal, until } from "../agent/harness";
import { type Aim } from "../support/proof";
import { keep, keptAt, lineOf, tableOf, withDatabase } from "./kept";
import { kill, listens, portsIn, runningIn, struck, webs } from "./machine";
import { type Figures, prove } from "./proof";
import { faultHome, filesOf, small, type Version, withFiles } from "./support";

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

    /** A stack which holds what must not be lost. */
    async function begin() {
        const stack = await home.stack(small(() => version));
        const url = (await stack.up()).outputs.url.value as string;
        const agent = home.agent();
        await keep(agent.place);
        return { stack, url, agent };
    }

    const kept = () => keptAt(home.agent().place);
    const line = (message: string, says: RegExp): string => lineOf(message, says, home.root);

    /** Says what was seen; all that was kept must be there. */
    function show(what: string, figures: Figures & { kept: Aim }): void {
        prove("damage", what, 1, figures);
        expect(figures.kept.got).to.equal(figures.kept.wanted);
    }

    async function stop({ pid }: ReturnType<typeof home.agent>): Promise<void> {
        process.kill(pid("agent")!, "SIGTERM");
        await until("the agent is stopped", () => pid("agent") === undefined && pid("guardian") === undefined);
    }

    it("a port that another program took is named with who took it, and served again when that one ends", async () => {
        const { stack, url, agent } = await begin();
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
            "up says": line(message, /is taken by process/).replace(String(other.pid), "(its number)"),
            "served again by itself, after the other had ended": `after ${seconds} s`,
            "kept meanwhile": meanwhile,
            kept: await kept(),
        });
        await stack.destroy();
    });

    it("records that cannot be read are put aside, shown, and made anew over the data that are there", async () => {
        version = { ...version, ...withDatabase };
        const { stack, url, agent } = await begin();
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
        await stack.up({ refresh: true });
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
        const { stack, url, agent } = await begin();
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

    it("a full disk is named, what was there serves on, and all goes on when there is room", async function () {
        const disk = path.join(home.root, "agents");
        fs.mkdirSync(disk);
        try {
            execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m,mode=0711", "tmpfs", disk], { stdio: "pipe" });
        } catch {
            this.skip(); // only root may make a small disk
        }
        try {
            const { stack, url } = await begin();
            fill(path.join(disk, "filler"));
            version = { ...version, version: "2" };
            const { message } = await refusal(stack.up());
            const says = /the disk of this machine is full \(ENOSPC.*make room for .*, and try again/;
            expect(message).to.match(says).and.not.include("defect");
            expect(await (await fetch(url)).json()).to.include({ version: "1" });
            const meanwhile = await kept();
            const files = filesOf(home.agent());
            const put = new PutObjectCommand({ Bucket: files.bucket, Key: "b.txt", Body: Buffer.alloc(20_000) });
            const refused = (await refusal(files.send(put))).message;
            expect(refused).to.match(/The disk of this machine is full: /);
            const { table, client } = tableOf(home.agent().place);
            const large = new PutItemCommand({
                TableName: table,
                Item: { key: { S: "b" }, text: { S: "b".repeat(300_000) } },
            });
            const unwritten = (await refusal(client.send(large))).message;
            expect(unwritten).to.match(/The disk of this machine is full, or fails: /);
            expect(fs.readFileSync(home.agent().place.log, "utf8")).to.match(/ENOSPC/);
            fs.rmSync(path.join(disk, "filler"));
            await files.send(put);
            await client.send(large);
            files.destroy();
            client.destroy();
            await stack.up();
            expect(await (await fetch(url)).json()).to.include({ version: "2" });
            await stack.preview({ refresh: true, expectNoChanges: true });
            show("the disk was full, to the last byte", {
                "up says": line(message, says),
                "a put of a file says": line(refused, /disk/),
                "a put of a value says": line(unwritten, /disk/),
                meanwhile: "the version before served on",
                "kept meanwhile": meanwhile,
                kept: await kept(),
            });
            await stack.destroy();
        } finally {
            await until("the disk is free", () => {
                if (runningIn(home.root).length > 0) kill(home.root, /./);
                execFileSync("umount", [disk], { stdio: "pipe" });
                return true;
            });
        }
    });

    it("a clock that is set back by ten minutes stops nothing: releases, restarts and TLS go on", async () => {
        const clock = path.join(home.root, "clock");
        version = { ...version, ...withDatabase };
        Object.assign(process.env, { MVI_KINDS: path.join(__dirname, "clock.ts"), MVI_CLOCK: clock });
        const { stack, url, agent } = await begin();
        fs.writeFileSync(clock, String(-600_000));
        version = { ...version, version: "2" };
        const since = performance.now();
        await stack.up();
        expect(await (await fetch(url)).json()).to.include({ version: "2" });
        struck(kill(home.root, webs, 1), "a replica");
        await until("both serve", () => runningIn(home.root).filter(({ command }) => webs.test(command)).length === 2);
        const took = performance.now() - since;
        expect(took, "milliseconds").to.be.lessThan(120_000);
        const { resources } = await agent.status();
        const web = resources.find(({ kind }) => kind === "Container")!;
        expect(Date.now() - web.since, "by its clock the release was ten minutes ago").to.be.greaterThan(590_000);
        await stack.preview({ refresh: true, expectNoChanges: true });
        show("the agent's clock was set back by ten minutes", {
            "a release, and the return of a replica that was killed": `${(took / 1000).toFixed(1)} s`,
            kept: await kept(),
        });
        await stack.destroy();
    });

    it("an agent of an older build gives way to the newer one, with all that it kept", async () => {
        version = { ...version, ...withDatabase };
        const { stack, url, agent } = await begin();
        process.env.MVI_BUILD = "newer";
        await stack.preview({ expectNoChanges: true });
        version = { ...version, version: "2" };
        await stack.up();
        const { build } = await agent.status();
        expect(build).to.equal("newer");
        expect(await (await fetch(url)).json()).to.include({ version: "2" });
        await stack.preview({ refresh: true, expectNoChanges: true });
        show("an agent of an older build ran, and a newer one was installed", {
            "a preview by the newer one": "no changes",
            "after the next up the agent is": build,
            kept: await kept(),
        });
        await stack.destroy();
    });
});

/** Writes until there is no room. */
function fill(file: string): void {
    const descriptor = fs.openSync(file, "w");
    try {
        for (const size of [1 << 20, 1 << 12]) {
            try {
                for (;;) fs.writeSync(descriptor, Buffer.alloc(size));
            } catch (error) {
                if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
            }
        }
    } finally {
        fs.closeSync(descriptor);
    }
}
