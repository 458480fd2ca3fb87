/** The front of the services which speak AWS's JSON protocol: who asks, what for, and the form of the answers. */

import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { crc32 } from "node:zlib";
import { isFull } from "../core/files";
import { SignatureFault, verifySigV4 } from "../identity/sigv4";
import { type Host, type Identity, Refusal } from "../kind";
import { denied, invalid, ServiceFault, unwritten } from "./fault";
import { isObject } from "./value";

export interface JsonService {
    /** The name in the signatures' scope: `dynamodb`. */
    readonly name: string;
    /** What comes before the operation in the header x-amz-target: `DynamoDB_20120810`. */
    readonly target: string;
    readonly contentType: string;
    /** The longest body that is read, in bytes. */
    readonly limit: number;
    /** Which operations there are, besides which everything is unknown. */
    readonly operations: ReadonlySet<string>;
    /** @throws {@link ServiceFault} for what the client is to be told; anything else is a defect of ours. */
    serve(operation: string, request: Readonly<Record<string, unknown>>, identity: Identity): Promise<object>;
    /** Called after each request of somebody known, for metrics and logs. */
    served?(call: Served): void;
}

export interface Served {
    readonly operation: string;
    readonly request: Readonly<Record<string, unknown>>;
    readonly identity: Identity;
    /** The HTTP status. */
    readonly status: number;
    /** The error's name; unset for none. */
    readonly error?: string;
    readonly seconds: number;
}

/** Starts to serve on `port` of 127.0.0.1. `owner` is who has the port, for messages. */
export async function startJsonService(host: Host, owner: string, port: number, service: JsonService): Promise<Server> {
    const server = createServer((request, response) => {
        answer(host, service, request, response).catch((error: unknown) => {
            host.report(`${service.name}: an answer could not be sent: ${(error as Error).message}`);
            response.destroy();
        });
    });
    await new Promise<void>((resolve, reject) => {
        server.once("error", (error: NodeJS.ErrnoException) => {
            const taken = error.code === "EADDRINUSE";
            reject(taken ? new Refusal(`${owner}: port ${port} is taken by another program: end that program`) : error);
        });
        server.listen(port, "127.0.0.1", resolve);
    });
    return server;
}

/** Ends a server: answers under way are finished, for a moment. */
export async function stopJsonService(server: Server): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const force = setTimeout(() => server.closeAllConnections(), 2000);
    await closed;
    clearTimeout(force);
}

async function answer(
    host: Host,
    service: JsonService,
    request: IncomingMessage,
    response: ServerResponse,
): Promise<void> {
    const began = process.hrtime.bigint();
    const known: { operation?: string; request?: Record<string, unknown>; identity?: Identity } = {};
    let status = 200;
    let body: object;
    let error: string | undefined;
    try {
        checkHost(request);
        const raw = await readBody(request, service.limit);
        known.identity = identify(host, service, request, raw);
        known.operation = operationOf(service, request);
        known.request = parse(raw);
        body = await service.serve(known.operation, known.request, known.identity);
    } catch (caught) {
        const fault = faultOf(host, service, caught);
        [status, error] = [fault.status, fault.code];
        body = { __type: fault.code, message: fault.message, Message: fault.message, ...fault.fields };
    }
    const text = JSON.stringify(body);
    response.writeHead(status, {
        "content-type": service.contentType,
        "content-length": Buffer.byteLength(text),
        "x-amzn-requestid": randomUUID(),
        "x-amz-crc32": String(crc32(text)),
        // What was left unread of a request would be taken for the next one.
        ...(request.complete ? {} : { connection: "close" }),
    });
    response.end(text);
    const { operation, identity } = known;
    if (!operation || !identity) return;
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    service.served?.({ operation, request: known.request ?? {}, identity, status, error, seconds });
}

/** A page in a browser must not reach this server by a name of its own that leads to 127.0.0.1. */
function checkHost(request: IncomingMessage): void {
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(request.headers.host ?? "")) {
        throw denied("This service is reached as 127.0.0.1 or localhost only.");
    }
}

async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let size = 0;
    // The answer goes out on the same socket: giving up must not end it.
    for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        size += piece.length;
        if (size > limit)
            throw new ServiceFault("RequestEntityTooLargeException", `A request may have ${limit} bytes.`, {}, 413);
        pieces.push(piece);
    }
    return Buffer.concat(pieces);
}

function identify(host: Host, service: JsonService, request: IncomingMessage, body: Buffer): Identity {
    const find = (accessKeyId: string): Identity | undefined => host.identities.find(accessKeyId);
    const { accessKeyId } = verifySigV4(request, find, { service: service.name, body });
    const identity = find(accessKeyId);
    if (!identity) throw new SignatureFault("UnknownKey", "The access key id you provided does not exist here.");
    return identity;
}

function operationOf(service: JsonService, request: IncomingMessage): string {
    const [target, operation, ...rest] = String(request.headers["x-amz-target"] ?? "").split(".");
    if (
        request.method !== "POST" ||
        target !== service.target ||
        rest.length > 0 ||
        !service.operations.has(operation)
    ) {
        throw new ServiceFault("UnknownOperationException", `There is no operation ${operation ?? ""} here.`);
    }
    return operation;
}

function parse(raw: Buffer): Record<string, unknown> {
    let body: unknown;
    try {
        body = JSON.parse(raw.length > 0 ? raw.toString("utf8") : "{}");
    } catch {
        throw new ServiceFault("SerializationException", "The request is not JSON.");
    }
    if (!isObject(body)) throw invalid("The request must be an object.");
    return body;
}

function faultOf(host: Host, service: JsonService, caught: unknown): ServiceFault {
    if (caught instanceof ServiceFault) {
        if (caught.status >= 500) host.report(`${service.name}: ${caught.message}`);
        return caught;
    }
    if (caught instanceof SignatureFault) return new ServiceFault(caught.jsonCode, caught.message);
    host.report(`${service.name}: ${caught instanceof Error ? (caught.stack ?? caught.message) : String(caught)}`);
    if (isFull(caught)) return unwritten();
    return new ServiceFault("InternalServerError", "The service has failed. The agent's log says why.", {}, 500);
}
