import { createHash, randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeTree } from "../../agent/process/remove";
import { type Host, type Identity, type Kind, type LogLine, type Target } from "../../agent/kind";

/** A host in a temporary folder, which remembers what it was told. */
export interface TestHost extends Host {
    readonly root: string;
    readonly lines: (LogLine & { log: string })[];
    readonly gauges: { name: string; value: number; dimensions: unknown }[];
    readonly reports: string[];
    readonly kinds: Map<string, Kind>;
    /** By owner. */
    readonly ports: Map<string, number>;
    clean(): void;
}

export function testHost(root = mkdtempSync(join(tmpdir(), "mvi-test-"))): TestHost {
    // As the agent's: open for passing through, so that an unprivileged account reaches what is shared with it.
    chmodSync(root, 0o711);
    const lines: TestHost["lines"] = [];
    const gauges: TestHost["gauges"] = [];
    const reports: string[] = [];
    const ports = new Map<string, number>();
    const identities = new Map<string, Identity>();
    const services = new Map<string, readonly Target[]>();
    const watchers = new Map<string, Set<(targets: readonly Target[]) => void>>();
    const kinds = new Map<string, Kind>();
    return {
        root,
        lines,
        gauges,
        reports,
        kinds,
        ports,
        stack: "test/dev",
        folder(name) {
            const path = join(root, name);
            mkdirSync(path, { recursive: true, mode: 0o700 });
            return path;
        },
        async port(owner) {
            const port = ports.get(owner) ?? (await freePort());
            ports.set(owner, port);
            return port;
        },
        releasePort: (owner) => void ports.delete(owner),
        vault: {
            seal: (text) => Buffer.from(text).toString("base64"),
            open: (text) => Buffer.from(text, "base64").toString(),
        },
        logs: { append: (log, line) => void lines.push({ log, ...line }) },
        metrics: {
            count: () => undefined,
            observe: () => undefined,
            gauge: (name, value, dimensions) => void gauges.push({ name, value, dimensions }),
        },
        identities: {
            issue(owner, permits) {
                const before = identities.get(owner);
                const accessKeyId =
                    before?.accessKeyId ?? `AK${createHash("md5").update(owner).digest("hex").slice(0, 16)}`;
                const identity = {
                    owner,
                    accessKeyId,
                    secretAccessKey: before?.secretAccessKey ?? randomBytes(20).toString("hex"),
                    permits,
                };
                identities.set(owner, identity);
                return identity;
            },
            find: (key) => [...identities.values()].find((each) => each.accessKeyId === key),
            revoke: (owner) => void identities.delete(owner),
        },
        endpoints: {
            publish(service, targets) {
                services.set(service, targets);
                watchers.get(service)?.forEach((changed) => changed(targets));
            },
            targets: (service) => services.get(service) ?? [],
            watch(service, changed) {
                const all = watchers.get(service) ?? new Set();
                watchers.set(service, all.add(changed));
                changed(services.get(service) ?? []);
                return () => void all.delete(changed);
            },
        },
        kind: <K extends Kind>(name: string) => kinds.get(name) as K,
        report: (line) => void reports.push(line),
        clean: () => removeTree(root),
    };
}

export async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    return port;
}

/** Waits until `condition` gives something true. */
export async function until<T>(condition: () => T | Promise<T>, ms = 10_000): Promise<T> {
    const deadline = Date.now() + ms;
    for (;;) {
        const value = await condition();
        if (value) {
            return value;
        }
        if (Date.now() > deadline) {
            throw new Error(`not so within ${ms} ms: ${condition.toString()}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}
