import { createServer, type IncomingMessage } from "node:http";
import { createSecureServer, type ServerHttp2Session } from "node:http2";
import type { Server, Socket } from "node:net";
import type { Certificates } from "./certificates";
import type { Response } from "./exchange";
import type { Front } from "./front";
import type { Request } from "./headers";

/** A client has so long for the head of its request, and for its TLS handshake, in milliseconds. */
const headMs = 10_000;

const mostHeaderBytes = 32_768;

/** Web is a server for HTTP/1.1, or with certificates for HTTP/1.1 and HTTP/2 over TLS. */
export interface Web {
    readonly server: Server;
    setIdle(ms: number): void;
    /** No new requests on connections that stand; those under way end. */
    goAway(): void;
}

/** @param defect - Takes what must not happen. */
export function webServer(
    front: Front,
    idleMs: number,
    defect: (error: Error) => void,
    certificates?: Certificates,
): Web {
    const limits = {
        headersTimeout: headMs,
        // No limit to a whole request: a large upload takes its time. One that stands still ends by `timeout`.
        requestTimeout: 0,
        connectionsCheckingInterval: 1000,
        maxHeaderSize: mostHeaderBytes,
    };
    const sessions = new Set<ServerHttp2Session>();
    const server =
        certificates === undefined
            ? createServer({ ...limits, noDelay: true })
            : secureServer(certificates, sessions, limits);
    const serve = (request: IncomingMessage | Request, response: Response) => {
        front.serve(request, response).catch((error: Error) => {
            defect(error);
            response.destroy(error);
        });
    };
    server.on("request", serve);
    // The target says whether it wants the body: Node would say so by itself.
    server.on("checkContinue", serve);
    server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
        const again = (same: Socket) =>
            void server.emit(certificates === undefined ? "connection" : "secureConnection", same);
        front.upgrade(request, socket, head, again).catch((error: Error) => {
            defect(error);
            socket.destroy();
        });
    });
    const setIdle = (ms: number) => {
        // A little later than the target's time, so that a client gets its 504.
        const timeouts = { timeout: ms + 2000, keepAliveTimeout: ms };
        Object.assign(server, timeouts);
    };
    setIdle(idleMs);
    return { server: server as Server, setIdle, goAway: () => sessions.forEach((session) => session.close()) };
}

function secureServer(certificates: Certificates, sessions: Set<ServerHttp2Session>, limits: object) {
    const server = createSecureServer({
        ...certificates.options,
        allowHTTP1: true,
        minVersion: "TLSv1.2",
        handshakeTimeout: headMs,
        settings: { maxConcurrentStreams: 250, maxHeaderListSize: mostHeaderBytes },
    });
    // It reads the limits for HTTP/1 when it begins to listen, but takes them by no option.
    Object.assign(server, limits);
    server.on("session", (session) => {
        sessions.add(session);
        session.once("close", () => sessions.delete(session));
        session.on("error", () => session.destroy());
    });
    // A client that does not speak TLS, or does not trust us, is no event.
    server.on("tlsClientError", (_error, socket) => socket.destroy());
    certificates.keep(server);
    return server;
}
