import { request as open, ServerResponse, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { responseHeaders, type Headers } from "./headers";
import type { Member, Pool } from "./pool";
import { dial } from "./tunnel";

type Said =
    | { readonly kind: "upgraded"; readonly answer: IncomingMessage; readonly head: Buffer }
    | { readonly kind: "answer"; readonly answer: IncomingMessage; readonly headers: Headers };

/** What a target said to a request for another protocol: yes, with the first bytes of it, or an ordinary answer. */
export type Reply = (Said & { readonly member: Member; readonly socket: Socket }) | Fault;

interface Fault {
    readonly kind: "fault";
    readonly status: 502 | 503;
    readonly reason: string;
}

/** Time that a target has for its answer to an upgrade, in milliseconds. */
const answerMs = 30_000;

/** Asks a target of `pool` for WebSocket. */
export async function openUpgrade(
    request: IncomingMessage,
    headers: Headers,
    pool: Pool,
    gone: AbortSignal,
): Promise<Reply> {
    const found = await dial(pool, gone);
    if (found === undefined) {
        return { kind: "fault", status: 503, reason: `service ${pool.service} has no healthy target` };
    }
    const said = await ask(request, headers, found.socket, gone);
    return said instanceof Error
        ? { kind: "fault", status: 502, reason: `${found.member.target.id} broke off the upgrade: ${said.message}` }
        : { ...said, ...found };
}

/** An ordinary answer on a connection that Node has let go of for an upgrade. The connection ends with it. */
export function answerOf(request: IncomingMessage, socket: Socket): ServerResponse {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once("finish", () => socket.destroySoon());
    return response;
}

/** Tells the client what the target said, word for word: the handshake is between these two. */
export function sayUpgraded(socket: Socket, answer: IncomingMessage): void {
    const lines = [`HTTP/1.1 101 ${answer.statusMessage}`];
    for (let i = 0; i < answer.rawHeaders.length; i += 2) {
        lines.push(`${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}`);
    }
    socket.write(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

/** The head of `request` as if no other protocol had been offered. */
export function withoutUpgrade(request: IncomingMessage): Buffer {
    const lines = [`${request.method} ${request.url} HTTP/1.1`];
    for (let i = 0; i < request.rawHeaders.length; i += 2) {
        if (!/^(upgrade|http2-settings|connection)$/i.test(request.rawHeaders[i] as string)) {
            lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
        }
    }
    return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

/** Over `socket`, which is connected. An error if the target does not answer. */
function ask(request: IncomingMessage, headers: Headers, socket: Socket, gone: AbortSignal): Promise<Said | Error> {
    return new Promise((resolve) => {
        const up = open({
            method: request.method,
            path: request.url,
            headers: { ...headers, connection: "Upgrade", upgrade: "websocket" },
            setHost: false,
            createConnection: () => socket,
            timeout: answerMs,
            signal: gone,
        });
        up.once("upgrade", (answer, _socket, head) => {
            socket.setTimeout(0);
            resolve({ kind: "upgraded", answer, head });
        });
        up.once("response", (answer) => {
            const passed = responseHeaders(answer, String(headers["x-request-id"]));
            resolve({ kind: "answer", answer, headers: passed });
        });
        up.once("timeout", () => up.destroy(new Error(`no answer within ${answerMs / 1000} s`)));
        up.on("error", resolve);
        up.end();
    });
}
