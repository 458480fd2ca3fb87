// Guests in a process of their own: they write entries, files and visits to the guestbook at `url`, whatever happens to it,
// and say of each write that was acknowledged, in a line of JSON, what must be there from then on.
import { createHash, randomBytes } from "node:crypto";

/** An acknowledged write, or why one was not. */
export type Line =
    | { readonly entry: string; readonly message: string }
    | { readonly file: string; readonly digest: string }
    | { readonly visit: number }
    | { readonly failed: string };

const [url, each] = [process.argv[2], Number(process.argv[3])];

const say = (line: Line): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function entry(): Promise<void> {
    const message = `entry ${randomBytes(8).toString("hex")}`;
    const response = await fetch(`${url}/api/entries`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: "guest", message }),
        signal: AbortSignal.timeout(10_000),
    });
    if (response.status !== 201) throw new Error(`entry: ${response.status} ${await response.text()}`);
    say({ entry: ((await response.json()) as { id: string }).id, message });
}

async function file(): Promise<void> {
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
    say({ file: id, digest: createHash("sha256").update(bytes).digest("hex") });
}

async function visit(): Promise<void> {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    const number = /Visits: <strong>([\d,]+)</.exec(await response.text())?.[1];
    if (number === undefined) throw new Error(`visit: ${response.status}, not counted`);
    say({ visit: Number(number.replaceAll(",", "")) });
}

async function guest(write: () => Promise<void>): Promise<void> {
    for (;;) {
        await write().catch((error: Error) => say({ failed: `${write.name}: ${error.message}` }));
        await new Promise((resolve) => setTimeout(resolve, each));
    }
}

// it ends with the test that started it
process.stdin.resume().once("end", () => process.exit(0));
for (const write of [entry, entry, file, visit]) void guest(write);
