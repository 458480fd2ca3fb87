/** The control socket: calls come in as JSON, and answers go out line by line. */

import { timingSafeEqual } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import { Refusal } from "../kind";
import { ifAny, isFull } from "./files";
import type { Place } from "./place";

/** Handler answers one call. What it throws becomes a refusal, when it is one, else a defect. */
export type Handler = (body: never, call: ControlCall) => Promise<unknown>;

export interface ControlCall {
    progress(line: string): void;
    /** The caller has gone. */
    readonly signal: AbortSignal;
}

/** Answer is one line of an answer; the last one is not a progress. */
export type Answer =
    | { readonly progress: string }
    | { readonly result: unknown }
    | { readonly refusal: string }
    | { readonly defect: string }
    | { readonly ending: true };

/** Ending is thrown by a handler when the agent ends: the caller may try again with the next agent. */
export class Ending extends Error {
    override readonly name = "Ending";
}

export interface ControlOptions {
    readonly place: Place;
    readonly token: string;
    readonly handlers: Readonly<Record<string, Handler>>;
    report(line: string): void;
}

/** The header by which a caller names its call, to give it up with `POST /cancel` and still hear how that ended. */
export const CALL_HEADER = "x-call";

export interface Control {
    /** Listens anew if the socket's file was removed: a cleaner of temp folders may do that. */
    keep(): Promise<void>;
    /** Takes no more calls; those that run go on. */
    close(): void;
}

/** Serves `POST /<call>`, with a JSON body, for who has the token. */
export async function serveControl(options: ControlOptions): Promise<Control> {
    const running = new Map<string, AbortController>();
    const listen = async (): Promise<http.Server> => {
        const server = http.createServer((request, response) => {
            answer(request, response, options, running).catch((error: unknown) => {
                options.report(`control: ${String(error)}`);
                response.destroy();
            });
        });
        // calls take as long as they take: an image may be minutes in the making
        server.requestTimeout = 0;
        server.timeout = 0;
        ifAny(() => fs.unlinkSync(options.place.socket)); // the claim says that whoever bound it is gone
        await new Promise<void>((resolve, reject) => {
            server.once("error", reject);
            server.listen(options.place.socket, resolve);
        });
        fs.chmodSync(options.place.socket, 0o600);
        return server;
    };
    let server = await listen();
    return {
        async keep() {
            if (!fs.existsSync(options.place.socket)) {
                server.close(); // first: closing removes the file of its name, whoever made it
                server = await listen();
            }
        },
        close: () => void server.close(),
    };
}

async function answer(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    options: ControlOptions,
    running: Map<string, AbortController>,
): Promise<void> {
    if (!allowed(request.headers.authorization, options.token)) {
        response.writeHead(401).end();
        return;
    }
    const gone = new AbortController();
    response.on("close", () => gone.abort(givenUp()));
    const id = String(request.headers[CALL_HEADER] ?? "");
    running.set(id, gone);
    const cancel = async ({ call }: { call: string }): Promise<void> => running.get(call)?.abort(givenUp());
    const handlers: ControlOptions["handlers"] = { ...options.handlers, cancel };
    const say = (line: Answer): void => void response.write(JSON.stringify(line) + "\n");
    const name = (request.url ?? "/").slice(1);
    response.writeHead(200, { "content-type": "application/x-ndjson" }).flushHeaders();
    try {
        const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
        if (!handler) {
            throw new Refusal(`agent: no call "${name}"; there are ${Object.keys(handlers).join(", ")}`);
        }
        const body = JSON.parse((await bodyOf(request)) || "{}") as never;
        const result = await handler(body, { progress: (line) => say({ progress: line }), signal: gone.signal });
        say({ result: result ?? null });
    } catch (error) {
        if (error instanceof Ending) {
            say({ ending: true });
        } else if (error instanceof Refusal) {
            say({ refusal: error.message });
        } else if (isFull(error)) {
            const why = `the disk of this machine is full (${(error as Error).message})`;
            options.report(`control: ${name}: ${why}`);
            say({ refusal: `${why}: make room for ${options.place.folder}, and try again` });
        } else {
            const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
            options.report(`control: ${name}: ${stack}`);
            say({ defect: stack });
        }
    }
    running.delete(id);
    response.end();
}

const givenUp = (): Refusal => new Refusal("given up by the caller");

async function bodyOf(request: http.IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
        chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks).toString("utf8");
}

function allowed(header: string | undefined, token: string): boolean {
    const got = Buffer.from(header ?? "");
    const wanted = Buffer.from(`Bearer ${token}`);
    return got.length === wanted.length && timingSafeEqual(got, wanted);
}
