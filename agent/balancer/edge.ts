import { createServer, type Server, type Socket } from "node:net";
import type { Host } from "../kind";
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
    const { host, owner, recorder } = place;
    const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, (socket) => {
        passOn(socket, door.rules, recorder).catch((error: Error) =>
            host.report(`${owner}: defect: ${error.stack ?? error.message}`),
        );
    });
    count(server, () => recorder.opened("tcp_active_connections"));
    const listener = await Listener.open(server, place.port, owner, (line) => host.report(line));
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
