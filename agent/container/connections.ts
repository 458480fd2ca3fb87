import { closeSync, openSync, readSync } from "node:fs";
import { setImmediate as pass } from "node:timers/promises";

/** Counts open connections, by the port of this machine that they were made to. */
export type Count = () => Promise<ReadonlyMap<number, number>>;

/** Established, its first packets under way, and closed by the other side only. */
const open = /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} (?:01|03|08) /gm;

/** How much is read before others have their turn. */
const turnBytes = 65_536;

/**
 * Counts what these tables of the system have. After a busy minute they have a line for each of some 10,000 connections that
 * ended: all that the agent serves goes on between the parts of them.
 */
export async function countIn(tables: readonly string[]): Promise<ReadonlyMap<number, number>> {
    const counts = new Map<number, number>();
    for (const table of tables) {
        for await (const lines of linesOf(table)) {
            for (const [, hex = ""] of lines.matchAll(open)) {
                const port = parseInt(hex, 16);
                counts.set(port, (counts.get(port) ?? 0) + 1);
            }
        }
    }
    return counts;
}

/** Who asks while others wait for the next count gets that one: it begins after each of them has asked. */
export function shared(count: Count): Count {
    let next: ReturnType<Count> | undefined;
    let last: Promise<unknown> = Promise.resolve();
    return () => {
        if (next === undefined) {
            next = last.then(() => {
                next = undefined;
                return count();
            });
            last = next.catch(() => undefined);
        }
        return next;
    };
}

const ofSystem = shared(() => countIn(["/proc/net/tcp", "/proc/net/tcp6"]));

/**
 * How many connections to these ports are open, or about to be, or wait for the last words of whoever listens there;
 * undefined where the system does not tell.
 */
export async function openConnections(ports: readonly number[]): Promise<number | undefined> {
    if (process.platform !== "linux") {
        return undefined;
    }
    const counts = await ofSystem();
    return ports.reduce((sum, port) => sum + (counts.get(port) ?? 0), 0);
}

/** Whole lines, some at a time. A table of the system comes in small pieces, each of them at once: a file it is only by name. */
async function* linesOf(table: string): AsyncGenerator<string> {
    let file: number;
    try {
        file = openSync(table, "r");
    } catch {
        return; // a kernel without IPv6 has no second one
    }
    try {
        const piece = Buffer.alloc(turnBytes);
        let text = "";
        for (let size = 1; size > 0;) {
            let read = 0;
            for (; size > 0 && read < turnBytes; read += size) {
                size = readSync(file, piece);
                text += piece.toString("latin1", 0, size);
            }
            const end = text.lastIndexOf("\n") + 1;
            yield text.slice(0, end);
            text = text.slice(end);
            await pass();
        }
    } finally {
        closeSync(file);
    }
}
