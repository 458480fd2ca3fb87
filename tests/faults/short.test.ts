// What the other files here prove at length, once each: part of `npm test`.
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { refusal, until } from "../agent/harness";
import { steps } from "../plugin/harness";
import { openSocket, slowUpload, versionAt } from "../load/clients";
import { failuresOf, startLoad } from "../load/loads";
import { census, leftOf } from "./census";
import { agents, guardians, isEngine, kill, killChildren, portsIn, runningIn, struck, webs } from "./machine";
import { faultHome, filesOf, small, textOf, unlock, type Version, withFiles } from "./support";

describe("the engine, among a test's own processes", () => {
    it("is told by its program, and not by a folder that is called as this project is", () => {
        const commands = [
            "pulumi up --yes",
            "/opt/bin/pulumi-language-nodejs 127.0.0.1:1",
            "/bin/pulumi",
            "node /a/plugin/main.js",
        ];
        expect(commands.filter((command) => !isEngine(command))).to.deep.equal([]);
        const others = [
            "/src/pulumi-mvi/node_modules/@esbuild/linux-x64/bin/esbuild --service=0.28.2 --ping",
            "node /src/pulumi-mvi/node_modules/mocha/bin/mocha.js",
        ];
        expect(others.filter(isEngine)).to.deep.equal([]);
    });
});

describe("faults in short, through Pulumi's engine", function () {
    this.timeout(240_000);
    let home: ReturnType<typeof faultHome>;
    beforeEach(() => (home = faultHome()));
    afterEach(() => home.close());

    it("a release fails no request, one that does not work reaches nobody, and kill -9 loses nothing", async () => {
        let version: Version = { version: "1", grace: 60, ...withFiles };
        const stack = await home.stack(small(() => version));
        const url = (await stack.up()).outputs.url.value as string;
        const agent = home.agent();

        const load = await startLoad(url, 150);
        try {
            const socket = await openSocket(url);
            const upload = slowUpload(url);
            version = { ...version, version: "2" };
            const [, sent] = await Promise.all([
                stack.up(),
                until("the new one serves", async () => (await versionAt(url)) === "2", 60_000).then(() =>
                    upload.end(),
                ),
            ]);
            expect(sent, "the upload").to.deep.equal({ version: "1", bytes: upload.bytes() });
            expect(await socket.echo("over the release"), "the WebSocket").to.equal("over the release");
            await socket.close();
            version = { ...version, version: "3", mode: "later" };
            expect((await refusal(stack.up())).message).to.match(/was ready, and then it ended with signal SIGABRT/);
        } finally {
            await load.end();
        }
        const report = await load.end();
        expect(failuresOf(report)).to.deep.equal({});
        expect(Object.keys(report.versions)).to.deep.equal(["1", "2"]);
        console.log(`      ${report.requests} requests, 0 failed, p99 ${report.p99} ms`);

        version = { version: "2", grace: 60, ...withFiles };
        const count = () => census(home.root, agent.place.folder);
        await until("the old ones are gone", () => count().webs === 2, 20_000);
        const whole = count();
        expect(whole.others, "processes of no known kind").to.deep.equal([]);
        const files = filesOf(agent);
        const served = async (): Promise<boolean> => (await fetch(url)).status === 200;
        for (const [which, byUp] of [
            [webs, false],
            [agents, false],
            [guardians, false],
            [/./, true],
        ] as const) {
            const Key = String(which);
            await files.send(new PutObjectCommand({ Bucket: files.bucket, Key, Body: Key }));
            struck(kill(home.root, which), Key);
            if (byUp) await stack.up();
            await until(`it serves after ${which}`, served, 60_000);
            const text = await until(`the file is there after ${which}`, () => textOf(files, Key), 60_000);
            expect(text).to.equal(Key);
            await until(`all is there after ${which}`, () => (expect(count()).to.deep.equal(whole), true), 60_000);
        }
        files.destroy();
        await stack.preview({ expectNoChanges: true });

        const ports = portsIn(home.agents);
        const destroyed = stack.destroy().catch(() => undefined);
        await until("it is under way", () => count().webs < 2, 30_000);
        struck(killChildren(" destroy "), "the engine in destroy");
        await destroyed;
        await unlock(stack);
        await stack.destroy();
        expect(await leftOf(home, ports)).to.deep.equal({ processes: [], ports: [], files: [], temporaries: [] });
    });

    it("a refresh shows replicas that were killed, and up brings them back", async () => {
        const stack = await home.stack(small(() => ({ version: "1" })));
        const url = (await stack.up()).outputs.url.value as string;
        const drift = async (): Promise<Record<string, number | undefined>> => {
            const { same: _, ...changed } = (await stack.refresh()).summary.resourceChanges!;
            return changed;
        };
        const running = (count: number) => () =>
            runningIn(home.root).filter(({ command }) => webs.test(command)).length === count;
        // They come back after 1 s, 2 s, 4 s and then 8 s: seldom enough that none serves meanwhile, as each is killed at once.
        for (let kills = 0; kills < 4; kills++) {
            await until("two run", running(2));
            struck(kill(home.root, webs), "the replicas");
            await until("none runs", running(0));
        }
        let seen = false;
        const killing = (async () => {
            for (; !seen; await sleep(50)) kill(home.root, webs);
        })();
        try {
            expect(await drift()).to.deep.equal({ update: 1 });
        } finally {
            seen = true;
            await killing;
        }
        const events: EngineEvent[] = [];
        await stack.up({ onEvent: (event) => events.push(event) });
        expect(steps(events)).to.deep.equal(["update small-web"]);
        await until("two run", running(2), 60_000);
        await until("it serves", async () => (await fetch(url)).status === 200, 60_000);
        expect(await drift()).to.deep.equal({});
    });
});
