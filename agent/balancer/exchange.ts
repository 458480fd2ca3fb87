import { request as open, type ClientRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { constants, type Http2ServerResponse } from "node:http2";
import type { Socket } from "node:net";
import { outOfPatience } from "../core/patience";
import { Body } from "./body";
import { hasBody, responseHeaders, type Headers, type Request } from "./headers";
import { patience, type Member, type Pool } from "./pool";

export type Response = ServerResponse | Http2ServerResponse;

/** A connection on this machine stands in far less than a millisecond: 3 s say that the target is stuck. */
const connectMs = 3000;

/** A request that has reached a target and broke it is tried so often again: one that kills must not kill them all. */
const replays = 2;

const idempotent = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** What the balancer has to answer itself. */
export interface Fault {
    readonly status: 502 | 503 | 504;
    readonly reason: string;
}

type Attempt =
    | { readonly kind: "done" }
    | { readonly kind: "lost"; readonly stage: "unsent" | "stale" | "sent"; readonly error: Error }
    | { readonly kind: "late" };

/** Exchange passes one request to a target of `pool`, and its answer back. */
export class Exchange {
    /** Bytes of the answer's body. */
    sent = 0;
    /** Where it went last. */
    member: Member | undefined;
    readonly body: Body;
    readonly #gone = new AbortController();
    #continued = false;
    #answered = false;

    constructor(
        private readonly request: Request,
        private readonly response: Response,
        private readonly headers: Headers,
        private readonly pool: Pool,
        private readonly idleMs: number,
    ) {
        this.body = new Body(request);
    }

    /** Undefined when a target's answer was passed on, or the client left. */
    async run(): Promise<Fault | undefined> {
        const tried = new Set<Member>();
        const safe = idempotent.has(this.request.method ?? "");
        let last: Error | undefined;
        // It is patient from when there is no target: what it waited for one that broke does not count.
        let deadline: number | undefined;
        let fresh = !safe;
        let broken = 0;
        this.response.once("close", () => this.#gone.abort());
        for (;;) {
            let member = this.pool.pick(tried);
            if (member === undefined) {
                deadline ??= performance.now() + patience;
                member = await this.pool.take(tried, deadline, this.#gone.signal);
            }
            if (member === undefined) {
                const why =
                    last === undefined ? "has no healthy target" : `has no target that answers (${last.message})`;
                return { status: 503, reason: `service ${this.pool.service} ${why}` };
            }
            this.member = member;
            const end = member.begin();
            const attempt = await this.#attempt(member, fresh);
            end();
            if (attempt.kind === "done") {
                return undefined;
            }
            if (attempt.kind === "late") {
                return { status: 504, reason: `${member.target.id} sent nothing for ${this.idleMs / 1000} s` };
            }
            this.body.detach();
            last = attempt.error;
            if (attempt.stage === "stale" && safe && this.body.replayable) {
                // The target closed an idle connection just as we used it: a new connection tells the truth.
                fresh = true;
            } else if (attempt.stage === "unsent" || (safe && this.body.replayable && broken++ < replays)) {
                tried.add(member);
            } else {
                return { status: 502, reason: `${member.target.id} broke off: ${last.message}` };
            }
        }
    }

    #attempt(member: Member, fresh: boolean): Promise<Attempt> {
        return new Promise((resolve) => {
            const up = this.#open(member, fresh);
            let connected = false;
            const abort = () => up.destroy();
            const settle = (attempt: Attempt) => {
                this.response.off("close", abort);
                resolve(attempt);
            };
            this.response.once("close", abort);
            up.once("socket", (socket) =>
                whenConnected(up, socket, () => {
                    connected = true;
                    this.#send(up);
                }),
            );
            up.on("continue", () => this.#continue());
            up.on("timeout", () => {
                if (!this.#answered) {
                    settle({ kind: "late" });
                }
                up.destroy(new Error("timed out"));
            });
            up.on("response", (answer) => {
                this.#answered = true;
                this.#answer(answer, up, () => settle({ kind: "done" }));
            });
            up.on("error", (error) => {
                if (this.#answered || this.#gone.signal.aborted) {
                    // #answer deals with what comes after the head.
                    return this.#answered ? undefined : settle({ kind: "done" });
                }
                settle({ kind: "lost", stage: !connected ? "unsent" : up.reusedSocket ? "stale" : "sent", error });
            });
        });
    }

    #open(member: Member, fresh: boolean): ClientRequest {
        return open({
            host: member.target.host,
            port: member.target.port,
            method: this.request.method,
            path: this.request.url,
            headers: this.headers,
            setHost: false,
            // What may not be sent twice goes over a connection of its own: an old one may be closing already.
            agent: fresh ? false : member.agent,
            timeout: this.idleMs,
            maxHeaderSize: 65_536,
        });
    }

    #send(up: ClientRequest): void {
        if (!hasBody(this.request)) {
            up.end();
            return;
        }
        if (this.request.headers.expect !== undefined) {
            // The client waits for the target's word before it sends its body.
            up.flushHeaders();
        }
        this.body.sendTo(up);
    }

    #continue(): void {
        if (!this.#continued) {
            this.#continued = true;
            this.response.writeContinue();
        }
    }

    #answer(answer: IncomingMessage, up: ClientRequest, done: () => void): void {
        const { response } = this;
        answer.on("data", (chunk: Buffer) => {
            this.sent += chunk.length;
            if (!write(response, chunk)) {
                answer.pause();
            }
        });
        response.on("drain", () => answer.resume());
        answer.on("end", () => {
            const trailers = Object.entries(answer.trailers);
            if (trailers.length > 0) {
                response.addTrailers(Object.fromEntries(trailers) as Record<string, string>);
            }
            if (!up.writableEnded) {
                // The target answered without the whole body, and will not get the rest: its connection is of no more use.
                up.destroy();
            }
            this.body.discard();
            response.end();
            done();
        });
        const broken = () => {
            if (!answer.complete) {
                breakOff(response);
            }
            done();
        };
        answer.on("error", broken);
        answer.on("close", broken);
        try {
            this.#head(answer);
            // The head goes out with the first bytes of the body, but does not wait for them: they may be long in coming.
            setImmediate(() => this.sent > 0 || flushHead(response));
        } catch (error) {
            // A head which Node reads and does not write, such as one with a wrong character.
            up.destroy(error as Error);
            breakOff(response);
            done();
        }
    }

    #head(answer: IncomingMessage): void {
        const headers = responseHeaders(answer, String(this.headers["x-request-id"]));
        const status = answer.statusCode ?? 502;
        if ("stream" in this.response) {
            this.response.writeHead(status, headers);
            return;
        }
        if (this.request.headers.expect !== undefined && !this.#continued) {
            // The body was not asked for: what follows on this connection could be it, or a new request.
            headers["connection"] = "close";
        }
        this.response.writeHead(status, answer.statusMessage ?? "", headers);
    }
}

function whenConnected(up: ClientRequest, socket: Socket, then: () => void): void {
    if (!socket.connecting) {
        then();
        return;
    }
    const stop = outOfPatience(connectMs, () => up.destroy(new Error(`no connection within ${connectMs} ms`)));
    socket.once("connect", then);
    socket.once("connect", stop);
    socket.once("close", stop);
}

function write(response: Response, chunk: Buffer): boolean {
    // Two lines, as the two types have no signature in common.
    return "stream" in response ? response.write(chunk) : response.write(chunk);
}

function flushHead(response: Response): void {
    // HTTP/2 has sent it at once.
    if (!("stream" in response) && !response.writableEnded && !response.destroyed) {
        response.flushHeaders();
    }
}

/** Ends the client's connection, so that it does not take half an answer for a whole one. */
function breakOff(response: Response): void {
    if ("stream" in response) {
        response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    } else {
        response.destroy();
    }
}
