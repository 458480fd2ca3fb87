import { createCipheriv, createDecipheriv, randomBytes, createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { type Call, type Host, type LogLine, Refusal } from "../../agent/kind";
import { databaseKind, type DatabaseInputs, type DatabaseKind } from "../../agent/database/kind";
import { freePort } from "../../agent/database/port";

/** TestHost is an agent's host on a temporary folder: its ports and its seal survive, as those of the real one do. */
export interface TestHost extends Host {
    readonly root: string;
    readonly lines: LogLine[];
    readonly gauges: Map<string, number>;
    readonly reports: string[];
}

export function testHost(root = mkdtempSync(join(tmpdir(), "mvi-database-"))): TestHost {
    const key = createHash("sha256").update(root).digest();
    const ports = join(root, "ports.json");
    const readPorts = () =>
        (existsSync(ports) ? JSON.parse(readFileSync(ports, "utf8")) : {}) as Record<string, number>;
    const lines: LogLine[] = [];
    const gauges = new Map<string, number>();
    const reports: string[] = [];
    const host = {
        root,
        lines,
        gauges,
        reports,
        stack: "test/dev",
        folder(name: string) {
            mkdirSync(join(root, name), { recursive: true, mode: 0o700 });
            return join(root, name);
        },
        async port(owner: string) {
            const all = readPorts();
            const port = all[owner] ?? (await freePort());
            writeFileSync(ports, JSON.stringify({ ...all, [owner]: port }));
            if (await listens(port)) {
                throw new Refusal(`${owner}: port ${port} is taken by another program: end that program`);
            }
            return port;
        },
        releasePort(owner: string) {
            const { [owner]: _, ...rest } = readPorts();
            writeFileSync(ports, JSON.stringify(rest));
        },
        vault: {
            seal(plain: string) {
                const iv = randomBytes(12);
                const cipher = createCipheriv("aes-256-gcm", key, iv);
                const sealed = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
                return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64");
            },
            open(sealed: string) {
                const bytes = Buffer.from(sealed, "base64");
                const cipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
                cipher.setAuthTag(bytes.subarray(12, 28));
                return cipher.update(bytes.subarray(28), undefined, "utf8") + cipher.final("utf8");
            },
        },
        logs: { append: (_log: string, line: LogLine) => void lines.push(line) },
        metrics: {
            count: () => undefined,
            observe: () => undefined,
            gauge: (name: string, value: number) => void gauges.set(name, value),
        },
        report: (line: string) => void reports.push(line),
    };
    // Identities, endpoints and other kinds are not used by databases.
    return host as unknown as TestHost;
}

export function inputs(name: string, over: Partial<DatabaseInputs> = {}): DatabaseInputs {
    const backup = { retentionDays: 7, window: "03:00", pointInTime: true };
    return { name, engine: "postgres", storageGiB: 1, backup, parameters: {}, forceDestroy: true, ...over };
}

export interface TestCall extends Call<DatabaseInputs> {
    readonly said: string[];
}

export function call(previous?: DatabaseInputs, restoring = false): TestCall {
    const said: string[] = [];
    return {
        previous,
        restoring,
        said,
        progress: (line) => void said.push(line),
        signal: new AbortController().signal,
    };
}

/** Runs a test on one kind over one folder, and leaves nothing. */
export async function withKind(task: (kind: DatabaseKind, host: TestHost) => Promise<void>): Promise<void> {
    const host = testHost();
    const kind = databaseKind(host);
    try {
        await task(kind, host);
    } finally {
        await kind.stop();
        rmSync(host.root, { recursive: true, force: true });
    }
}

export async function sql<R extends object>(url: string, query: string): Promise<R[]> {
    const client = new Client({ connectionString: url });
    client.on("error", () => undefined);
    await client.connect();
    try {
        return (await client.query<R>(query)).rows;
    } finally {
        await client.end();
    }
}

/** Tries again until it succeeds; rejects with its last fault. */
export async function eventually<T>(task: () => Promise<T>, seconds = 20): Promise<T> {
    for (const deadline = Date.now() + seconds * 1000; ; await new Promise((done) => setTimeout(done, 50))) {
        try {
            return await task();
        } catch (error) {
            if (Date.now() > deadline) {
                throw error;
            }
        }
    }
}

export async function refusal(task: Promise<unknown>): Promise<string> {
    try {
        await task;
    } catch (error) {
        if (error instanceof Refusal) {
            return error.message;
        }
        throw error;
    }
    throw new Error("it was not refused");
}

export async function listens(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect(port, "127.0.0.1");
        socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
        socket.once("connect", () => socket.destroy());
    });
}
