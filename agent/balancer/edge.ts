import { createServer, type Server, type Socket } from "node:net";
import { listenerOn } from "../core/processes";
import { Refusal, type Host } from "../kind";
import { Certificates } from "./certificates";
import { plainAddress, type Clients } from "./clients";
import { Front } from "./front";
import type { Rules } from "./judge";
import { Listener } from "./listener";
import type { Pool } from "./pool";
import type { Recorder } from "./record";
import { dial, join } from "./tunnel";
import { webServer, type Web } from "./web";
import type { Authority } from "./authority";

/** Door is a port with what answers there. */
export interface Door {
    readonly listener: Listener;
    close(graceMs: number): Promise<void>;
}

export interface WebDoor extends Door {
    readonly front: Front;
    setIdle(ms: number): void;
    setDomains(domains: readonly string[]): Promise<void>;
}

export interface TcpDoor extends Door {
    /** Put in place as a whole. */
    rules: TcpRules;
}

export interface TcpRules {
    readonly pool: Pool;
    readonly clients: Clients;
    /** 0: connections may be idle for ever. */
    readonly idleMs: number;
}

/** What a door belongs to, for messages. */
export interface Place {
    readonly host: Host;
    readonly owner: string;
    readonly port: number;
    readonly recorder: Recorder;
    /** The declaration asks for just this port. @default false */
    readonly asked?: boolean;
}

/** Opens a port for HTTP, or with an authority for HTTPS. */
export async function openWeb(place: Place, rules: Rules, authority?: Authority): Promise<WebDoor> {
    const { host, owner, recorder } = place;
    const report = (line: string) => host.report(`${owner}: ${line}`);
    const certificates = authority && (await Certificates.open(authority, rules.domains, report));
    const front = new Front(rules, recorder, authority !== undefined);
    const defect = (error: Error) => report(`defect: ${error.stack ?? error.message}`);
    const web: Web = webServer(front, rules.idleMs, defect, certificates);
    count(web.server, () => recorder.opened("http_active_connections"));
    try {
        const listener = await Listener.open(web.server, place.port, owner, (line) => host.report(line));
        return {
            listener,
            front,
            setIdle: web.setIdle,
            setDomains: async (domains) => certificates?.setDomains(domains),
            close: async (graceMs) => {
                certificates?.close();
                web.goAway();
                await listener.close(graceMs);
            },
        };
    } catch (error) {
        certificates?.close();
        throw error;
    }
}

/** Opens a port whose connections go to the targets of a service as they are. */
export async function openTcp(place: Place, rules: TcpRules): Promise<TcpDoor> {
    const { host, owner, recorder, port, asked } = place;
    const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, (socket) => {
        passOn(socket, door.rules, recorder).catch((error: Error) =>
            host.report(`${owner}: defect: ${error.stack ?? error.message}`),
        );
    });
    count(server, () => recorder.opened("tcp_active_connections"));
    const listener = await Listener.open(server, port, owner, (line) => host.report(line)).catch((error: unknown) => {
        throw asked && error instanceof Refusal ? new Refusal(whyNot(owner, port)) : error;
    });
    const door: TcpDoor = { listener, rules, close: (graceMs) => listener.close(graceMs) };
    return door;
}

async function passOn(socket: Socket, rules: TcpRules, recorder: Recorder): Promise<void> {
    const started = performance.now();
    const client = plainAddress(socket.remoteAddress);
    const gone = new AbortController();
    socket.on("error", () => socket.destroy());
    socket.once("close", () => gone.abort());
    const found = rules.clients.allows(client) ? await dial(rules.pool, gone.signal) : undefined;
    if (found === undefined) {
        // Without a protocol there is no other way to say no.
        socket.resetAndDestroy();
    } else {
        await join(socket, found.socket, found.member, rules.idleMs);
    }
    recorder.connection({
        client,
        service: rules.pool.service,
        target: found?.member.target.id,
        received: socket.bytesRead,
        sent: socket.bytesWritten,
        seconds: Math.round(performance.now() - started) / 1000,
    });
}

/** Why a port that was asked for cannot be had, for people. */
function whyNot(owner: string, port: number): string {
    const holder = listenerOn(port);
    const other = "or choose another `listen`";
    if (holder === undefined && port < 1024 && process.getuid?.() !== 0) {
        return `${owner}: port ${port} is for root only: choose a \`listen\` from 1024 on, or let all users have it with \`sudo sysctl net.ipv4.ip_unprivileged_port_start=${port}\``;
    }
    if (holder?.pid === process.pid) {
        return `${owner}: port ${port} is taken by another resource of this stack: choose another \`listen\``;
    }
    const who =
        holder === undefined
            ? "another program"
            : holder.stack
              ? `the stack ${holder.stack}`
              : `process ${holder.pid} (${holder.command})`;
    return `${owner}: port ${port} is taken by ${who}: ${holder?.stack ? "remove it there" : "end it"}, ${other}`;
}

/** Counts each connection once, also when it comes again after an offer to upgrade. */
function count(server: Server, opened: () => () => void): void {
    const known = new WeakSet<Socket>();
    server.on("connection", (socket: Socket) => {
        if (!known.has(socket)) {
            known.add(socket);
            socket.once("close", opened());
        }
    });
}
