// A host in a temporary folder, with the agent's own vault and identities, which remembers what it was told.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openVault } from "../../agent/core/vault";
import { openIdentities } from "../../agent/identity/identities";
import { type Host, type Kind, type LogLine } from "../../agent/kind";

export interface TestHost extends Host {
    readonly root: string;
    readonly lines: (LogLine & { log: string })[];
    readonly counts: { name: string; by: number; dimensions: unknown }[];
    readonly observed: string[];
    readonly reports: string[];
    readonly kinds: Map<string, Kind>;
    clean(): void;
}

/** `ports` lets a host of the same folder have the ports of the one before. */
export function testHost(root = mkdtempSync(join(tmpdir(), "mvi-kv-")), ports = new Map<string, number>()): TestHost {
    const folder = (name: string): string => {
        mkdirSync(join(root, name), { recursive: true, mode: 0o700 });
        return join(root, name);
    };
    const vault = openVault(join(folder("vault"), "key"));
    const host = {
        root,
        lines: [] as TestHost["lines"],
        counts: [] as TestHost["counts"],
        observed: [] as string[],
        reports: [] as string[],
        kinds: new Map<string, Kind>(),
        stack: "test/dev",
        folder,
        async port(owner: string) {
            const port = ports.get(owner) ?? (await freePort());
            ports.set(owner, port);
            return port;
        },
        releasePort: (owner: string) => void ports.delete(owner),
        vault,
        identities: openIdentities(join(folder("identities"), "all"), vault),
        logs: { append: (log: string, line: LogLine) => void host.lines.push({ log, ...line }) },
        metrics: {
            count: (name: string, by: number, dimensions?: unknown) => void host.counts.push({ name, by, dimensions }),
            observe: (name: string) => void host.observed.push(name),
            gauge: () => undefined,
        },
        endpoints: { publish: () => undefined, targets: () => [], watch: () => () => undefined },
        kind: <K extends Kind>(name: string) => host.kinds.get(name) as K,
        report: (line: string) => void host.reports.push(line),
        clean: () => rmSync(root, { recursive: true, force: true }),
    };
    return host;
}

export const call = { restoring: false, progress: () => undefined, signal: new AbortController().signal };

async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    return port;
}
