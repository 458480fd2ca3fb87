// Guests in a process of their own: they write entries, files and visits to the guestbook at `url`, whatever happens to it,
// and say of each write that was acknowledged, in a line of JSON, what must be there from then on.
import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** An acknowledged write, or why one was not. */
export type Line = (Acknowledged & Stamp) | { readonly failed: string };

export type Acknowledged =
    | { readonly entry: string; readonly message: string }
    | { readonly file: string; readonly digest: string }
    | { readonly visit: number };

/** When it was begun, and when it was acknowledged: milliseconds since 1970. */
export interface Stamp {
    readonly begun: number;
    readonly at: number;
}

const [url, each] = [process.argv[2], Number(process.argv[3])];

const say = (line: Line): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function entry(): Promise<Acknowledged> {
    const message = `entry ${randomBytes(8).toString("hex")}`;
    const response = await fetch(`${url}/api/entries`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: "guest", message }),
        signal: AbortSignal.timeout(10_000),
    });
    if (response.status !== 201) throw new Error(`entry: ${response.status} ${await response.text()}`);
    return { entry: ((await response.json()) as { id: string }).id, message };
}

async function file(): Promise<Acknowledged> {
    const bytes = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), randomBytes(20_000)]);
    const form = new FormData();
    form.set("name", "guest");
    form.set("message", "a file");
    form.set("picture", new Blob([bytes]), "a.png");
    const response = await fetch(url, {
        method: "POST",
        body: form,
        redirect: "manual",
        signal: AbortSignal.timeout(10_000),
    });
    if (response.status !== 303) throw new Error(`file: ${response.status} ${await response.text()}`);
    const id = response.headers.get("location")?.split("-").pop() ?? "";
    return { file: id, digest: createHash("sha256").update(bytes).digest("hex") };
}

async function visit(): Promise<Acknowledged> {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    const number = /Visits: <strong>([\d,]+)</.exec(await response.text())?.[1];
    if (number === undefined) throw new Error(`visit: ${response.status}, not counted`);
    return { visit: Number(number.replaceAll(",", "")) };
}

/** A guest does not wait for ever: after two seconds without an answer it tries again beside it. */
async function guest(write: () => Promise<Acknowledged>): Promise<void> {
    for (;;) {
        const begun = Date.now();
        const written = write().then(
            (acknowledged) => say({ ...acknowledged, begun, at: Date.now() }),
            (error: Error) => say({ failed: `${write.name}: ${error.message}` }),
        );
        await Promise.race([written, sleep(2_000)]);
        await sleep(each);
    }
}

// it ends with the test that started it
process.stdin.resume().once("end", () => process.exit(0));
for (const write of [entry, entry, file, visit]) void guest(write);
