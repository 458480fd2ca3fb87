import { expect } from "chai";
import { once } from "node:events";
import * as fs from "node:fs";
import * as http from "node:http";
import * as path from "node:path";
import { type Stack } from "@pulumi/pulumi/automation";
import { WebSocket } from "ws";
import { refusal, until } from "../agent/harness";
import { type Report } from "./load";
import { failuresOf, startLoad } from "./loads";
import { faultHome, small, smallApp, type Version } from "./support";

/** Requests a second. */
const rate = 300;

describe("releases, through Pulumi's engine", function () {
    this.timeout(240_000);
    let home: ReturnType<typeof faultHome>;
    beforeEach(() => (home = faultHome()));
    afterEach(() => home.close());

    it("fail no request, no WebSocket and no upload: another variable, another image that is slow to start", async () => {
        let version: Version = { version: "1", grace: 60 };
        const stack = await home.stack(small(() => version));
        const url = (await stack.up()).outputs.url.value as string;
        const load = await startLoad(url, rate);
        const socket = new WebSocket(url.replace("http", "ws"));
        const upload = slowUpload(url);
        try {
            await once(socket, "open");
            for (const next of [{ version: "2" }, { version: "3", build: changedApp(home.root), mode: "slow" }]) {
                version = { grace: 60, ...next };
                await stack.up();
                expect(await versionAt(url)).to.equal(next.version);
                if (next.version === "2") {
                    expect(await echo(socket, "over the release"), "the WebSocket").to.equal("over the release");
                    expect(await upload.end(), "the upload").to.deep.equal({ version: "1", bytes: upload.bytes() });
                    socket.close();
                    await once(socket, "close");
                }
            }
        } finally {
            await report("releases", load.end());
        }
        const { requests, seconds, versions } = await load.end();
        expect(failuresOf(await load.end())).to.deep.equal({});
        expect(Object.keys(versions)).to.deep.equal(["1", "2", "3"]);
        expect(requests / seconds).to.be.greaterThan(rate * 0.9);
        await stack.preview({ expectNoChanges: true });
        await stack.destroy();
    });

    it("that do not work reach nobody: up fails and says why, the old version serves on, the next good one goes through", async () => {
        let version: Version = { version: "1" };
        const stack = await home.stack(small(() => version));
        const url = (await stack.up()).outputs.url.value as string;
        const load = await startLoad(url, rate);
        try {
            for (const { mode, says, startup = 30 } of broken) {
                version = { version: mode, mode, startup };
                const { message } = await refusal(stack.up());
                says.forEach((words) => expect(message, mode).to.match(words));
                expect(message, mode).to.match(/the version before serves on/);
                expect((await containerOf(stack)).env.VERSION, mode).to.equal("1");
            }
            version = { version: "1" };
            await stack.preview({ expectNoChanges: true });
        } finally {
            await report("broken releases", load.end());
        }
        expect(failuresOf(await load.end())).to.deep.equal({});
        expect(Object.keys((await load.end()).versions)).to.deep.equal(["1"]);
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
];

async function report(what: string, ended: Promise<Report>): Promise<void> {
    const { requests, seconds, failures, p50, p99, most, versions } = await ended;
    const answers = Object.entries(versions).map(([version, count]) => `${count} from ${version}`);
    console.log(
        `      ${what}: ${requests} requests in ${seconds.toFixed(0)} s, ${failures.length} failed, p50 ${p50} ms, p99 ${p99} ms, most ${most} ms; ${answers.join(", ")}`,
    );
}

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

async function versionAt(url: string): Promise<string> {
    return ((await (await fetch(url)).json()) as { version: string }).version;
}

async function echo(socket: WebSocket, text: string): Promise<string> {
    const answer = once(socket, "message", { signal: AbortSignal.timeout(5_000) });
    socket.send(text);
    return String(((await answer) as unknown[])[0]);
}

/** Sends a little every now and then, until its end. */
function slowUpload(url: string) {
    const request = http.request(url, { method: "POST", agent: false });
    const answered = once(request, "response");
    answered.catch(() => undefined); // whoever calls `end` hears it
    let bytes = 0;
    const send = (): void => {
        bytes += 10_000;
        request.write(Buffer.alloc(10_000, "u"));
    };
    send();
    const timer = setInterval(send, 100);
    return {
        bytes: () => bytes,
        async end() {
            clearInterval(timer);
            request.end();
            const [response] = (await answered) as [http.IncomingMessage];
            let text = "";
            for await (const part of response) text += String(part);
            const { version, bytes: got } = JSON.parse(text) as { version: string; bytes: number };
            return { version, bytes: got };
        },
    };
}
