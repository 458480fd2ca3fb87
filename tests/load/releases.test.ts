import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { type Stack } from "@pulumi/pulumi/automation";
import { refusal, until } from "../agent/harness";
import { openSocket, slowUpload, versionAt } from "./clients";
import { failuresOf, type Load, startLoad } from "./loads";
import { faultHome, small, smallApp, type Version } from "../faults/support";
import { inFull } from "../support/proof";
import { proveLoad } from "./figures";

/** Requests a second. */
const rate = 500;

/** How many releases in a row: with MVI_FAULTS, and for the proof, as many as the long form has. */
const releases = inFull(20, process.env.MVI_FAULTS ? 20 : 4);

describe("releases under load, through Pulumi's engine", function () {
    this.timeout(240_000 + releases * 60_000);
    let home: ReturnType<typeof faultHome>;
    let version: Version;
    let stack: Stack;
    let url: string;
    let load: Load | undefined;

    beforeEach(async () => {
        home = faultHome();
        version = { version: "1" };
        stack = await home.stack(small(() => version));
    });
    afterEach(async () => {
        await load?.end();
        load = undefined;
        await home.close();
    });

    const begin = async (first: Version): Promise<void> => {
        version = first;
        url = (await stack.up()).outputs.url.value as string;
        load = await startLoad(url, rate);
    };

    /** Ends the load: nothing of it may have failed. Returns which versions answered. */
    const judge = async (what: string, times: number): Promise<string[]> => {
        const report = await load!.end();
        proveLoad(what, times, rate, report);
        expect(failuresOf(report)).to.deep.equal({});
        expect(report.requests / report.seconds).to.be.greaterThan(rate * 0.9);
        return Object.keys(report.versions);
    };

    it(`fail no request, no WebSocket and no upload: ${releases} in a row, one of another image that is slow to start`, async () => {
        await begin({ version: "1", grace: 60 });
        const socket = await openSocket(url);
        const upload = slowUpload(url);
        const names = ["1"];
        for (let number = 1; number <= releases; number++) {
            names.push(String(number + 1));
            const other = number === 2 ? { build: changedApp(home.root), mode: "slow" } : {};
            version = { version: names[number], grace: 60, ...other };
            await stack.up();
            expect(await versionAt(url)).to.equal(names[number]);
            if (number === 1) {
                expect(await socket.echo("over the release"), "the WebSocket").to.equal("over the release");
                expect(await upload.end(), "the upload").to.deep.equal({ version: "1", bytes: upload.bytes() });
                await socket.close();
            }
        }
        const served = await judge(
            "rolling releases in a row, one of another image that is slow to start; a WebSocket and a slow upload outlive one",
            releases,
        );
        expect(served.sort()).to.deep.equal(names.sort());
        await stack.preview({ expectNoChanges: true });
        await stack.destroy();
    });

    it("neither do more replicas, fewer, and a restart", async () => {
        await begin({ version: "1" });
        const changes: Partial<Version>[] = [{ scale: 10 }, { scale: 2 }, { scale: 2, restart: "now" }];
        for (const change of changes) {
            version = { version: "1", ...change };
            await stack.up();
        }
        await judge("2 replicas, 10, 2 again, and a restart of all, under load", 1);
        await stack.preview({ expectNoChanges: true });
        await stack.destroy();
    });

    it("that do not work reach nobody: up fails and says why, the old version serves on, the next good one goes through", async () => {
        await begin({ version: "1" });
        for (const { mode, says, startup = 30 } of broken) {
            version = { version: `${mode} in ${startup}`, mode, startup };
            const { message } = await refusal(stack.up());
            says.forEach((words) => expect(message, mode).to.match(words));
            expect(message, mode).to.match(/the version before serves on/);
            expect((await containerOf(stack)).env.VERSION, mode).to.equal("1");
        }
        version = { version: "1" };
        await stack.preview({ expectNoChanges: true });
        const modes = broken.map(({ mode }) => mode).join(", ");
        const served = await judge(`releases that do not work (${modes}) under load`, broken.length);
        expect(served).to.deep.equal(["1"]);
        version = { version: "2" };
        await stack.up();
        await until("the good one serves", async () => (await versionAt(url)) === "2");
        await stack.destroy();
    });
});

/** What is wrong, and what `up` must say of it: the check that failed, and the last lines of the log. */
const broken: { mode: string; says: RegExp[]; startup?: number }[] = [
    { mode: "crash", says: [/ended with exit code 1/, /NO_SUCH_SETTING is not set/] },
    {
        mode: "unhealthy",
        says: [/not ready within 10 s: GET \/healthz: status 500/, /the cache is cold: not ready/],
        startup: 10,
    },
    { mode: "exit", says: [/ended with exit code 0/, /nothing to do: bye/] },
    { mode: "later", says: [/was ready, and then it ended with signal SIGABRT/, /listening on/] },
    { mode: "tooSlow", says: [/not ready within 10 s: GET \/healthz: status 500/], startup: 10 },
];

/** The small app with a file more: another image. */
function changedApp(root: string): string {
    const folder = path.join(root, "app");
    fs.cpSync(smallApp, folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "more.txt"), "more");
    return folder;
}

/** The inputs of the web container, as the engine's state has them. */
async function containerOf(stack: Stack): Promise<{ env: Record<string, string> }> {
    const { deployment } = (await stack.exportStack()) as { deployment: { resources: Resource[] } };
    const found = deployment.resources.find(({ type }) => type === "mvi-local:index:Container");
    return found!.inputs as { env: Record<string, string> };
}

interface Resource {
    readonly type: string;
    readonly inputs: object;
}
