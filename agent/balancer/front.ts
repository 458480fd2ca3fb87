import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { plainAddress } from "./clients";
import { Exchange, type Response } from "./exchange";
import { requestHeaders, requestId, type Request } from "./headers";
import { hostOf, judge, pathOf, refuse, type Rules, type Verdict } from "./judge";
import type { Recorder } from "./record";
import { answerOf, openUpgrade, sayUpgraded, withoutUpgrade } from "./upgrade";
import { join } from "./tunnel";

/** What becomes known of a request while it is served. */
interface Note {
    readonly client: string;
    readonly id: string;
    readonly service?: string;
    target?: string;
    fault?: string;
    received: number;
    sent: number;
}

/** Front answers the requests of clients by its rules. */
export class Front {
    constructor(
        public rules: Rules,
        private readonly recorder: Recorder,
        private readonly secure: boolean,
    ) {}

    async serve(request: Request, response: Response): Promise<void> {
        const started = performance.now();
        const { rules } = this;
        const verdict = judge(request, rules, this.secure);
        const note = noteOf(request, verdict);
        if (verdict.kind !== "forward") {
            response.once("close", () => this.#record(request, response.statusCode, started, note));
            note.sent = refuse(request, response, verdict);
            return;
        }
        const headers = requestHeaders(request, hostOf(request) ?? verdict.host, this.secure, note.id);
        const exchange = new Exchange(request, response, headers, verdict.pool, rules.idleMs);
        response.once("close", () => {
            note.received = exchange.body.size;
            note.sent += exchange.sent;
            note.target = exchange.member?.target.id;
            // 499: the client left before there was an answer.
            this.#record(request, response.headersSent ? response.statusCode : 499, started, note);
        });
        const fault = await exchange.run();
        if (fault !== undefined) {
            note.fault = fault.reason;
            exchange.body.discard();
            note.sent = refuse(request, response, {
                kind: "refuse",
                status: fault.status,
                text: `${rules.name}: ${fault.reason}`,
            });
        }
    }

    /** A client wants to change the protocol of its connection: to WebSocket, or to one that we do not speak. */
    async upgrade(
        request: IncomingMessage,
        socket: Socket,
        head: Buffer,
        again: (socket: Socket) => void,
    ): Promise<void> {
        if (request.headers.upgrade?.toLowerCase() !== "websocket") {
            // An offer (`h2c`, which some clients always make) that may be ignored: the request is read again without it.
            socket.unshift(Buffer.concat([withoutUpgrade(request), head]));
            again(socket);
            return;
        }
        const started = performance.now();
        const { idleMs, name } = this.rules;
        const gone = new AbortController();
        socket.on("error", () => socket.destroy());
        socket.once("close", () => gone.abort());
        const verdict = judge(request, this.rules, this.secure);
        const note = noteOf(request, verdict);
        const say = (told: Exclude<Verdict, { kind: "forward" }>) => {
            note.sent = refuse(request, answerOf(request, socket), told);
            this.#record(request, told.status, started, note);
        };
        if (verdict.kind !== "forward") {
            say(verdict);
            return;
        }
        const headers = requestHeaders(request, request.headers.host ?? verdict.host, this.secure, note.id);
        const reply = await openUpgrade(request, headers, verdict.pool, gone.signal);
        if (reply.kind === "fault") {
            note.fault = reply.reason;
            say({ kind: "refuse", status: reply.status, text: `${name}: ${reply.reason}` });
            return;
        }
        note.target = reply.member.target.id;
        if (reply.kind === "answer") {
            const response = answerOf(request, socket);
            response.writeHead(reply.answer.statusCode ?? 502, reply.headers);
            reply.answer.pipe(response);
            socket.once("close", () => reply.socket.destroy());
            this.#record(request, reply.answer.statusCode ?? 502, started, note);
            return;
        }
        sayUpgraded(socket, reply.answer);
        const [receivedBefore, sentBefore] = [socket.bytesRead, socket.bytesWritten];
        reply.socket.unshift(reply.head);
        socket.unshift(head);
        await join(socket, reply.socket, reply.member, idleMs);
        note.received = socket.bytesRead - receivedBefore + head.length;
        note.sent = socket.bytesWritten - sentBefore;
        this.#record(request, 101, started, note);
    }

    #record(request: Request, status: number, started: number, note: Note): void {
        this.recorder.request({
            method: request.method ?? "",
            host: hostOf(request) ?? "",
            path: pathOf(request)[0],
            protocol: `HTTP/${request.httpVersion}`,
            status,
            seconds: Math.round(performance.now() - started) / 1000,
            ...note,
        });
    }
}

function noteOf(request: Request, verdict: Verdict): Note {
    return {
        // Now: a socket that has closed does not know it.
        client: plainAddress(request.socket.remoteAddress),
        id: requestId(request),
        service: verdict.kind === "forward" ? verdict.pool.service : undefined,
        received: 0,
        sent: 0,
    };
}
