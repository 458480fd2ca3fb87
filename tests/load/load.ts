// A client in a process of its own: it asks `url` at a fixed rate, and says at its end what came of it.
// node … load.ts <url> <requests a second> <milliseconds for each>; it says "started" with its first answer, a line "end" on
// stdin ends it, and the report is a line of JSON on stdout.
import * as http from "node:http";
import * as https from "node:https";
import { createHash } from "node:crypto";
import { type Report, reportOf } from "./report";

const [url, rate, patience] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const web = url.startsWith("https:") ? https : http;
const agent = new web.Agent({ keepAlive: true, maxSockets: 64 });
const body = Buffer.alloc(2_000, "x");
const digest = createHash("sha256").update(body).digest("hex");
/** When each whole answer came, in milliseconds after the start, and how long it took. */
const answers: [at: number, took: number][] = [];
const failures: string[] = [];
const versions: Record<string, number> = {};
const started = performance.now();
let begun = 0;
let open = 0;
let ending = false;

/** Every second one has a body; every fifth comes on a connection of its own. Each ends once: with a whole answer, or failed. */
function ask(number: number): void {
    const since = performance.now();
    const post = number % 2 === 1;
    open++;
    let ended = false;
    const end = (failure?: string): void => {
        if (ended) return;
        ended = true;
        open--;
        clearTimeout(late);
        const now = performance.now();
        if (failure === undefined) answers.push([now - started, now - since]);
        else failures.push(`${post ? "POST" : "GET"} after ${Math.round(since - started)} ms: ${failure}`);
        if (answers.length + failures.length === 1) process.stdout.write("started\n");
    };
    const request = web.request(`${url}/at/${number}`, {
        method: post ? "POST" : "GET",
        agent: number % 5 === 0 ? false : agent,
    });
    // Of the whole answer: one that comes in drops is late, too.
    const late = setTimeout(() => {
        end(`no whole answer within ${patience} ms`);
        request.destroy();
    }, patience);
    request.on("error", (error) => end(error.message));
    let responded = false;
    // Once its answer has begun, that says how it ends: the request may close before the last of it was read.
    request.on("close", () => responded || end("closed without an answer"));
    request.on("response", (response) => {
        responded = true;
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => (text += part));
        response.on("error", (error) => end(`its answer was cut off: ${error.message}`));
        response.on("end", () =>
            end(response.complete ? faultOf(response.statusCode, text, post) : "its answer was cut off"),
        );
        response.on("close", () => end("its answer was cut off"));
    });
    request.end(post ? body : undefined);
}

/** What is wrong with a whole answer. */
function faultOf(status: number | undefined, text: string, post: boolean): string | undefined {
    if (status !== 200) return `status ${status}: ${text.slice(0, 200)}`;
    try {
        const answer = JSON.parse(text) as { version: string; digest: string };
        if (post && answer.digest !== digest) return "the body did not arrive whole";
        versions[answer.version] = (versions[answer.version] ?? 0) + 1;
        return undefined;
    } catch {
        return `no JSON: ${text.slice(0, 200)}`;
    }
}

const timer = setInterval(() => {
    for (const due = ((performance.now() - started) / 1000) * rate; begun < due && !ending; begun++) ask(begun);
}, 10);

process.stdin.once("data", () => {
    ending = true;
    clearInterval(timer);
    const wait = setInterval(() => {
        if (open > 0) return;
        clearInterval(wait);
        // To the last answer: who is kept waiting at the end is no faster for it.
        const seconds = (performance.now() - started) / 1000;
        const report: Report = { requests: begun, failures, versions, ...reportOf(answers, seconds) };
        process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
    }, 20);
});
