import { type ChildProcess, spawn } from "node:child_process";
import { createHash, type KeyObject, verify } from "node:crypto";
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { freePort } from "./firestore-emulator";

/** An emulator of Cloud Storage: https://github.com/fsouza/fake-gcs-server */
export function findStorage(): string | undefined {
    const folders = (process.env.PATH ?? "").split(delimiter);
    return folders.map((folder) => join(folder, "fake-gcs-server")).find((file) => existsSync(file));
}

/**
 * The emulator with one bucket, "uploads", behind a guard for what it does not do as Google does: it checks signatures
 * of URLs, who may only read, and names that no object may have; it knows that other buckets are not there; and it keeps
 * the type of an upload in parts.
 */
export class StorageEmulator {
    /** By the upload's id. */
    private readonly types = new Map<string, string>();

    private constructor(
        private readonly emulator: ChildProcess,
        private readonly port: number,
        private readonly guards: Server[],
    ) {}

    /** @param key the public one of the service account that signs */
    static async start(file: string, key: KeyObject): Promise<StorageEmulator> {
        const port = await freePort();
        const guard = createServer();
        await new Promise<void>((next) => guard.listen(0, "127.0.0.1", next));
        const url = `http://127.0.0.1:${(guard.address() as AddressInfo).port}`;
        const options = ["-scheme=http", "-host=127.0.0.1", `-port=${port}`, "-backend=memory", "-log-level=error"];
        const child = spawn(file, [...options, `-external-url=${url}`, `-public-host=${url.slice("http://".length)}`], {
            stdio: "ignore",
        });
        const all = new StorageEmulator(child, port, [guard]);
        guard.on("request", (incoming: IncomingMessage, outgoing: ServerResponse) =>
            all.pass(incoming, outgoing, (checked) => refusalOf(checked, key)),
        );
        const answers = () =>
            fetch(`${url}/storage/v1/b?project=p`).then(
                ({ ok }) => ok,
                () => false,
            );
        for (let left = 200; !(await answers()); left--) {
            if (left === 0 || child.exitCode !== null) {
                await all.end();
                throw new Error("fake-gcs-server did not start");
            }
            await new Promise((next) => setTimeout(next, 50));
        }
        const headers = { "content-type": "application/json" };
        await fetch(`${url}/storage/v1/b?project=p`, { method: "POST", headers, body: '{ "name": "uploads" }' });
        return all;
    }

    /** Where all may be done. */
    get endpoint(): string {
        return `http://127.0.0.1:${(this.guards[0].address() as AddressInfo).port}`;
    }

    /** Where all but reading is refused. */
    async forReaders(): Promise<string> {
        const guard = createServer((incoming, outgoing) => {
            this.pass(incoming, outgoing, ({ method }) =>
                method === "GET" ? undefined : { status: 403, reason: "forbidden", message: "does not have access" },
            );
        });
        this.guards.push(guard);
        await new Promise<void>((next) => guard.listen(0, "127.0.0.1", next));
        return `http://127.0.0.1:${(guard.address() as AddressInfo).port}`;
    }

    async end(): Promise<void> {
        for (const guard of this.guards) {
            guard.closeAllConnections();
            guard.close();
        }
        if (this.emulator.exitCode !== null || this.emulator.signalCode !== null) return;
        const gone = new Promise((next) => this.emulator.once("exit", next));
        this.emulator.kill("SIGKILL"); // It keeps nothing.
        await gone;
    }

    private pass(
        incoming: IncomingMessage,
        outgoing: ServerResponse,
        check: (one: IncomingMessage) => Refusal | undefined,
    ) {
        const refused = check(incoming);
        if (refused) {
            incoming.resume();
            const { status: code, reason, message } = refused;
            outgoing.writeHead(code, { "content-type": "application/json" });
            outgoing.end(JSON.stringify({ error: { code, message, errors: [{ reason, message }] } }));
            return;
        }
        const { method, url: path = "/", headers } = incoming;
        const upload = idOf(path);
        const type = upload && method === "PUT" ? this.types.get(upload) : undefined;
        const sent = { ...headers, ...(type && { "content-type": type }) };
        const onward = request({ host: "127.0.0.1", port: this.port, method, path, headers: sent }, (answer) => {
            const begun = idOf(answer.headers.location ?? "/");
            const wanted = headers["x-upload-content-type"];
            if (begun && typeof wanted === "string") this.types.set(begun, wanted);
            outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
            answer.pipe(outgoing);
        });
        onward.once("error", () => outgoing.destroy());
        incoming.once("aborted", () => onward.destroy());
        incoming.pipe(onward);
    }
}

function idOf(path: string): string | undefined {
    return new URL(path, "http://127.0.0.1").searchParams.get("upload_id") ?? undefined;
}

interface Refusal {
    readonly status: number;
    readonly reason: string;
    readonly message: string;
}

function refusalOf(incoming: IncomingMessage, key: KeyObject): Refusal | undefined {
    const url = new URL(incoming.url ?? "/", "http://127.0.0.1");
    const name =
        url.searchParams.get("name") ?? decodeURIComponent(/\/o\/([^/?]+)/.exec(incoming.url ?? "")?.[1] ?? "");
    if (/[\r\n]|^\.\.?$/.test(name))
        return { status: 400, reason: "invalid", message: "Disallowed unicode characters" };
    if (/\/b\/(?!uploads(\/|$))/.test(url.pathname))
        return { status: 404, reason: "notFound", message: "The specified bucket does not exist." };
    const signed = url.searchParams.has("X-Goog-Algorithm");
    const api = /^\/(download\/|upload\/)?(storage|upload)\//.test(url.pathname);
    if (!signed) return api ? undefined : { status: 403, reason: "forbidden", message: "Anonymous caller" };
    return isSigned(incoming, url, key)
        ? undefined
        : { status: 403, reason: "forbidden", message: "SignatureDoesNotMatch" };
}

/** https://cloud.google.com/storage/docs/authentication/canonical-requests, without the port, which Google's has not. */
function isSigned(incoming: IncomingMessage, url: URL, key: KeyObject): boolean {
    const query = url.searchParams;
    const [date, scope] = [query.get("X-Goog-Date") ?? "", (query.get("X-Goog-Credential") ?? "").split("/").slice(1)];
    const names = (query.get("X-Goog-SignedHeaders") ?? "").split(";");
    const valueOf = (name: string) => (name === "host" ? "127.0.0.1" : String(incoming.headers[name] ?? ""));
    const coded = (text: string) =>
        encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
    const canonical = [
        incoming.method,
        url.pathname,
        [...query]
            .filter(([name]) => name !== "X-Goog-Signature")
            .map(([name, value]) => `${coded(name)}=${coded(value)}`)
            .sort()
            .join("&"),
        ...names.map((name) => `${name}:${valueOf(name)}`),
        "",
        names.join(";"),
        "UNSIGNED-PAYLOAD",
    ].join("\n");
    const hash = createHash("sha256").update(canonical).digest("hex");
    const text = ["GOOG4-RSA-SHA256", date, scope.join("/"), hash].join("\n");
    const began = Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
    const age = (Date.now() - began) / 1000;
    const signature = Buffer.from(query.get("X-Goog-Signature") ?? "", "hex");
    return age < Number(query.get("X-Goog-Expires")) && verify("RSA-SHA256", Buffer.from(text), key, signature);
}
