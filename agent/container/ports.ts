import { readFileSync } from "node:fs";
import { createServer } from "node:net";

const taken = new Set<number>();
/** Below what systems give to outgoing connections, so that none of these takes it in between. */
const [first, last] = [20_000, 29_999];

/** A port on 127.0.0.1 that nobody listens on, for one replica. */
export async function takePort(): Promise<number> {
    for (let attempt = 0; attempt < 1000; attempt++) {
        const port = first + Math.floor(Math.random() * (last - first + 1));
        if (!taken.has(port) && (await isFree(port))) {
            taken.add(port);
            return port;
        }
    }
    throw new Error(`no free port from ${first} to ${last}`);
}

export function givePort(port: number): void {
    taken.delete(port);
}

export function isFree(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const server = createServer();
        server.once("error", () => resolve(false));
        server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
    });
}

/**
 * How many connections to these ports are open, or about to be, or wait for the last words of whoever listens there;
 * undefined where the system does not tell.
 */
export function openConnections(ports: readonly number[]): number | undefined {
    if (process.platform !== "linux") {
        return undefined;
    }
    // Established, its first packets under way, and closed by the other side only.
    const open = ["01", "03", "08"];
    const lines = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) => {
        try {
            return readFileSync(path, "utf8").split("\n").slice(1);
        } catch {
            // A kernel without IPv6 has no second file.
            return [];
        }
    });
    return lines.filter((line) => {
        const [, local = "", , state] = line.trim().split(/\s+/);
        return open.includes(state ?? "") && ports.includes(parseInt(local.split(":")[1] ?? "", 16));
    }).length;
}
