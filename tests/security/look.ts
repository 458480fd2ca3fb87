// Eyes for what a stack shows to others on this machine.
import * as fs from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import * as path from "node:path";
import { processesOf } from "../local/live/support";
import { entriesIn } from "../support/content";
import { written } from "../support/written";

export interface Listener {
    readonly address: string;
    readonly port: number;
}

/** The tables of the kernel, with the state in which a socket takes what comes: it listens; of UDP, it is bound and has no peer. */
const tables = { tcp: "0A", tcp6: "0A", udp: "07", udp6: "07" };
type Table = keyof typeof tables;

/** The addresses on which processes of the stack take what comes, as the kernel has them. */
export const listenersOf = (folder: string, ...which: Table[]): Listener[] =>
    listenersIn(
        processesOf(folder).map((line) => line.split(" ")[0]),
        ...which,
    );

export function listenersIn(pids: readonly string[], ...which: Table[]): Listener[] {
    const sockets = new Set(
        pids.flatMap((pid) => namesIn(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`))),
    );
    const found = which.flatMap((table) =>
        textOf(`/proc/net/${table}`) // a kernel without IPv6 has not all
            .trim()
            .split("\n")
            .slice(1)
            .map((line) => line.trim().split(/\s+/))
            .filter(([, , , state, , , , , , inode]) => state === tables[table] && sockets.has(`socket:[${inode}]`))
            .map(([, local]) => addressOf(local)),
    );
    return found.sort((a, b) => a.port - b.port);
}

/** Those that other machines reach. */
export const elsewhereOf = (all: readonly Listener[]): Listener[] =>
    all.filter(({ address }) => !/^127\.|^::1$/.test(address));

/** Files, folders and sockets below `folder` on which others than their owner have rights; `allowed` says which may. */
export function openTo(
    folder: string,
    allowed: (file: string, mode: number) => boolean,
): { open: string[]; seen: number } {
    const all = entriesIn(folder).filter(([, found]) => !found.isSymbolicLink());
    const open = all.filter(([file, { mode }]) => (mode & 0o077) !== 0 && !allowed(file, mode & 0o777));
    return {
        open: open.map(([file, { mode }]) => `${path.relative(folder, file)} ${(mode & 0o777).toString(8)}`),
        seen: all.length,
    };
}

/** Which of the values stand in the text, plain or as programs write them. */
export function found(text: string | Buffer, values: Readonly<Record<string, string>>): string[] {
    return Object.entries(values)
        .filter(([, value]) => written(text, value))
        .map(([name]) => name);
}

/** The command lines of all processes of this machine. */
export function commandLines(): string[] {
    return namesIn("/proc")
        .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
        .map((pid) => textOf(`/proc/${pid}/cmdline`).replaceAll("\0", " "));
}

/** Sees the command lines of all that begins from now on and lives for some milliseconds; `end` answers them. */
export function watchCommandLines(): { end(): string[] } {
    const seen = new Set<string>();
    const look = () => commandLines().forEach((line) => seen.add(line));
    const timer = setInterval(look, 10);
    return {
        end() {
            clearInterval(timer);
            look();
            return [...seen];
        },
    };
}

export interface Answer {
    readonly status: number;
    readonly headers: http.IncomingHttpHeaders;
    readonly body: string;
}

/** A request as a page in a browser could have it sent, with any Host. */
export function ask(
    port: number,
    method: string,
    target: string,
    headers: Record<string, string>,
    body = "",
): Promise<Answer> {
    return new Promise((resolve, reject) => {
        const request = http.request({
            host: "127.0.0.1",
            port,
            method,
            path: target,
            headers,
            setHost: false,
            agent: false,
        });
        request.setTimeout(15_000, () => request.destroy(new Error("no answer within 15 s")));
        request.on("error", reject).on("response", (response) => {
            let text = "";
            response.setEncoding("utf8").on("data", (part: string) => (text += part));
            response.on("end", () =>
                resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
            );
        });
        request.end(body);
    });
}

/**
 * What a server says to something, until it is quiet for a second or hangs up; and whether it did.
 *
 * @param greeted - Whether the server is to speak first.
 */
export function say(
    port: number,
    words: string | Buffer,
    greeted = false,
): Promise<{ heard: string; closed: boolean }> {
    return new Promise((resolve) => {
        let heard = "";
        let closed = true;
        const socket = net.connect(port, "127.0.0.1");
        socket.once(greeted ? "data" : "connect", () => socket.write(words));
        socket.setTimeout(1000, () => {
            closed = false;
            socket.destroy();
        });
        socket.on("data", (data) => (heard += data.toString("latin1"))).on("error", () => undefined);
        socket.on("close", () => resolve({ heard, closed }));
    });
}

function addressOf(hex: string): Listener {
    const [address, port] = hex.split(":");
    const words = address.match(/.{8}/g)!.map((word) => Buffer.from(word, "hex").reverse());
    const text =
        words.length === 1 ? [...words[0]].join(".") : Buffer.concat(words).toString("hex").replace(/^0+1$/, "::1");
    return { address: text, port: parseInt(port, 16) };
}

function namesIn(folder: string): string[] {
    try {
        return fs.readdirSync(folder);
    } catch {
        return []; // the process has just ended
    }
}
function linkOf(file: string): string {
    try {
        return fs.readlinkSync(file);
    } catch {
        return ""; // it was just closed
    }
}
function textOf(file: string): string {
    try {
        return fs.readFileSync(file, "utf8");
    } catch {
        return ""; // it has just ended
    }
}
