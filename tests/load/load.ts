// A client in a process of its own: it asks `url` at a fixed rate, and says at its end what came of it.
// node … load.ts <url> <requests a second>; it says "started" with its first answer, a line "end" on stdin ends it, and the
// report is a line of JSON on stdout.
import * as http from "node:http";
import * as https from "node:https";
import { createHash } from "node:crypto";

export interface Report {
    readonly requests: number;
    /** How each request failed that did. */
    readonly failures: readonly string[];
    readonly seconds: number;
    /** Of the answers, in milliseconds. */
    readonly p50: number;
    readonly p99: number;
    readonly most: number;
    /** How many answers came from each version. */
    readonly versions: Readonly<Record<string, number>>;
}

const [url, rate] = [process.argv[2], Number(process.argv[3])];
const web = url.startsWith("https:") ? https : http;
const agent = new web.Agent({ keepAlive: true, maxSockets: 64 });
const body = Buffer.alloc(2_000, "x");
const digest = createHash("sha256").update(body).digest("hex");
const times: number[] = [];
const failures: string[] = [];
const versions: Record<string, number> = {};
const started = performance.now();
let begun = 0;
let open = 0;
let ending = false;

/** Every second one has a body; every fifth comes on a connection of its own. */
function ask(number: number): void {
    const since = performance.now();
    const post = number % 2 === 1;
    const fail = (why: string) =>
        failures.push(`${post ? "POST" : "GET"} after ${Math.round(since - started)} ms: ${why}`);
    open++;
    const request = web.request(`${url}/at/${number}`, {
        method: post ? "POST" : "GET",
        agent: number % 5 === 0 ? false : agent,
        timeout: 60_000,
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 60 s")));
    request.on("error", (error) => {
        open--;
        fail(error.message);
    });
    request.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => (text += part));
        response.on("end", () => {
            open--;
            times.push(performance.now() - since);
            if (times.length === 1) process.stdout.write("started\n");
            if (response.statusCode !== 200) return fail(`status ${response.statusCode}: ${text.slice(0, 200)}`);
            const answer = JSON.parse(text) as { version: string; digest: string };
            if (post && answer.digest !== digest) return fail("the body did not arrive whole");
            versions[answer.version] = (versions[answer.version] ?? 0) + 1;
        });
    });
    request.end(post ? body : undefined);
}

const timer = setInterval(() => {
    for (const due = ((performance.now() - started) / 1000) * rate; begun < due && !ending; begun++) ask(begun);
}, 10);

process.stdin.once("data", () => {
    ending = true;
    clearInterval(timer);
    const seconds = (performance.now() - started) / 1000;
    const wait = setInterval(() => {
        if (open > 0) return;
        clearInterval(wait);
        times.sort((a, b) => a - b);
        const at = (part: number) => Math.round((times[Math.floor((times.length - 1) * part)] ?? 0) * 10) / 10;
        const report: Report = {
            requests: begun,
            failures,
            seconds,
            p50: at(0.5),
            p99: at(0.99),
            most: at(1),
            versions,
        };
        process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
    }, 20);
});
