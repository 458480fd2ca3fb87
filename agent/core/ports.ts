/** Ports: each owner has the same one for ever. */

import { createHash } from "node:crypto";
import * as net from "node:net";
import * as path from "node:path";
import { Refusal } from "../kind";
import { listIfAny, readIfAny, readOrPutAside, writeAtomic } from "./files";
import { descends, listenerOn } from "./processes";

export interface Ports {
    port(owner: string): Promise<number>;
    releasePort(owner: string): void;
}

/** The ports of the agent whose folder is `folder`, kept in its `ports.json`. */
export function openPorts(folder: string, report: (line: string) => void): Ports {
    const file = path.join(folder, FILE);
    // ports follow from names: where the file is lost, most are given again as they were
    const given = readOrPutAside(file, parse, report) ?? new Map<string, number>();

    return {
        async port(owner) {
            const known = given.get(owner);
            if (known !== undefined) {
                await refuseIfForeign(owner, known);
                return known;
            }
            // another stack's ports are not taken even while that stack is stopped
            const taken = new Set([...given.values(), ...others(folder)]);
            for (const port of candidates(folder, owner)) {
                // asked again after the wait: another owner may have looked at the same time
                if (!taken.has(port) && (await binds(port)) && ![...given.values()].includes(port)) {
                    given.set(owner, port);
                    write(file, given);
                    return port;
                }
            }
            throw new Refusal(
                `${owner}: no port is free from ${FIRST} to ${FIRST + COUNT - 1}: end programs that listen there`,
            );
        },
        releasePort(owner) {
            if (given.delete(owner)) {
                write(file, given);
            }
        },
    };
}

const FILE = "ports.json";

/** Below the range from which systems take ports for outgoing connections (32768 on Linux, 49152 elsewhere). */
const FIRST = 20_000;
const COUNT = 12_000;

/** Ports to try, from one that follows from the names: a stack that is made anew mostly gets the ports it had. */
function* candidates(folder: string, owner: string): Iterable<number> {
    const start = createHash("sha256").update(`${folder}\n${owner}`).digest().readUInt32BE(0);
    for (let step = 0; step < COUNT; step++) {
        yield FIRST + ((start + step) % COUNT);
    }
}

async function refuseIfForeign(owner: string, port: number): Promise<void> {
    if (await binds(port)) {
        return;
    }
    const listener = listenerOn(port);
    if (listener !== undefined && descends(listener.pid, process.pid)) {
        return; // it is what we ourselves run for this owner
    }
    const who = listener ? `process ${listener.pid} (${listener.command})` : "another program";
    throw new Refusal(
        `${owner}: port ${port} is taken by ${who}: end it, and this one starts by itself within a minute`,
    );
}

function binds(port: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
        const probe = net.createServer();
        probe.once("error", (error: NodeJS.ErrnoException) =>
            error.code === "EADDRINUSE" || error.code === "EACCES" ? resolve(false) : reject(error),
        );
        probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => resolve(true)));
    });
}

function others(folder: string): number[] {
    const root = path.dirname(path.dirname(folder));
    const files = listIfAny(root).flatMap((project) =>
        listIfAny(path.join(root, project)).map((stack) => path.join(root, project, stack, FILE)),
    );
    return files
        .filter((file) => path.dirname(file) !== folder)
        .flatMap((file) => {
            try {
                return [...parse(readIfAny(file) ?? "{}").values()];
            } catch {
                return []; // that stack's own agent says so; whether a port is free is asked anyway
            }
        });
}

const parse = (text: string): Map<string, number> =>
    new Map(Object.entries(JSON.parse(text) as Record<string, number>));

function write(file: string, given: Map<string, number>): void {
    writeAtomic(file, JSON.stringify(Object.fromEntries(given), undefined, 4) + "\n");
}
