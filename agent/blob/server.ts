import { randomBytes } from "node:crypto";
import {
    createServer,
    type IncomingHttpHeaders,
    type IncomingMessage,
    type Server,
    type ServerResponse,
} from "node:http";
import { type AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isFull } from "../core/files";
import { readPayload } from "../identity/payload";
import { SignatureFault, verifySigV4 } from "../identity/sigv4";
import { corsHeaders, preflight } from "./cors";
import { type Exchange, type Reply, type Verb } from "./exchange";
import { S3Fault } from "./fault";
import { readTarget, route, type Target } from "./route";
import { type BlobStore } from "./store";
import { document, element } from "./xml";

/** BlobServerOptions says what is served, and to whom. */
export interface BlobServerOptions {
    readonly store: BlobStore;
    /** The port on 127.0.0.1. 0: any that is free. */
    readonly port: number;
    find(accessKeyId: string): { readonly secretAccessKey: string } | undefined;
    authorize(accessKeyId: string, verb: Verb, bucket: string): boolean;
    /** Told of each request that was answered. */
    observe?(request: Observation): void;
    /** Told of failures of ours, in one line. */
    report(line: string): void;
}

export interface Observation {
    /** Unset: no bucket that exists. */
    readonly bucket?: string;
    /** `PutObject`, or `none` if it was refused before it was known. */
    readonly operation: string;
    readonly status: number;
    readonly seconds: number;
}

export interface BlobServer {
    readonly port: number;
    /** Ends it: what runs has two seconds to end. */
    close(): Promise<void>;
}

/** Serves the store by S3's protocol, path style, on 127.0.0.1. Rejects if the port is taken. */
export async function serveBlobs(options: BlobServerOptions): Promise<BlobServer> {
    const serve = (request: IncomingMessage, response: ServerResponse) => void answer(options, request, response);
    // A large upload takes its time; one that says nothing for two minutes is given up.
    const server = createServer({ requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 75_000 }, serve);
    server.timeout = 120_000;
    // Who waits for "100 Continue" gets it when the body is wanted: a request that is refused costs no transfer.
    server.on("checkContinue", serve);
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject).listen(options.port, "127.0.0.1", () => resolve(void server.off("error", reject)));
    });
    return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

async function close(server: Server): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const impatient = setTimeout(() => server.closeAllConnections(), 2000);
    server.closeIdleConnections();
    await closed;
    clearTimeout(impatient);
}

async function answer(options: BlobServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = process.hrtime.bigint();
    const log = { operation: "none", bucket: undefined as string | undefined };
    const id = randomBytes(8).toString("hex").toUpperCase();
    response.setHeader("x-amz-request-id", id);
    response.setHeader("server", "local");
    request.on("error", () => undefined); // The one who reads the body is told.
    try {
        const reply = await handle(options, request, response, log);
        await send(response, reply, request.method === "HEAD");
    } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? "";
        if ((request.destroyed && !request.complete) || GONE.includes(code)) {
            response.destroy(); // There is nobody to tell.
        } else if (response.headersSent) {
            options.report(`blob: ${log.operation} broke off: ${String(error)}`);
            response.destroy();
        } else {
            // A bucket that was removed meanwhile took the ground from under the request.
            const gone = log.bucket !== undefined && !options.store.find(log.bucket);
            refuse(options, gone ? new S3Fault("NoSuchBucket") : error, request, response, log.operation, id);
        }
    }
    // What is left of a body is read and dropped: many clients listen only when all is sent, and would never hear the answer.
    request.resume();
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    options.observe?.({ ...log, status: response.statusCode, seconds });
}

/** The client went away. */
const GONE = ["ERR_STREAM_PREMATURE_CLOSE", "ECONNRESET", "EPIPE"];

async function handle(
    options: BlobServerOptions,
    request: IncomingMessage,
    response: ServerResponse,
    log: { operation: string; bucket: string | undefined },
): Promise<Reply> {
    const { store } = options;
    const method = request.method ?? "";
    checkHost(request.headers.host);
    const target = readTarget(request.url ?? "");
    const rules = store.find(target.bucket)?.state.settings.cors ?? [];
    log.bucket = store.find(target.bucket)?.name;
    if (method === "OPTIONS") {
        log.operation = "Preflight";
        return { headers: preflight(rules, request.headers) };
    }
    for (const [name, value] of Object.entries(corsHeaders(rules, method, request.headers)))
        response.setHeader(name, value);

    const { accessKeyId, payload, presigned } = verifySigV4(request, options.find, { service: "s3" });
    const headers = presigned ? withQuery(request.headers, target) : request.headers;
    const operation = route(method, target, headers);
    log.operation = operation.name;
    const allows = (verb: Verb, bucket: string) => options.authorize(accessKeyId, verb, bucket);
    if (operation.verb && operation.name !== "CreateBucket") store.bucket(target.bucket);
    if (operation.verb && !allows(operation.verb, target.bucket)) {
        throw new S3Fault("AccessDenied", `This identity may not ${operation.verb} in the bucket "${target.bucket}".`);
    }
    const exchange: Exchange = {
        store,
        method,
        query: target.query,
        headers,
        bucket: () => store.bucket(target.bucket),
        bucketName: target.bucket,
        key: target.key,
        allows,
        body() {
            if (/100-continue/i.test(request.headers.expect ?? "")) response.writeContinue();
            // Without destroyOnReturn, a body that is refused half way would take the connection with it, and the answer.
            const source = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
            return readPayload(source, payload, headers);
        },
    };
    return operation.run(exchange);
}

async function send(response: ServerResponse, reply: Reply, head: boolean): Promise<void> {
    const { status = 200, headers = {}, body } = reply;
    try {
        response.statusCode = status;
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        if (typeof body === "string") {
            response.setHeader("content-type", "application/xml");
            response.setHeader("content-length", Buffer.byteLength(body));
            response.end(head ? undefined : body);
        } else if (body) {
            await pipeline(Readable.from(body, { objectMode: false }), response);
        } else {
            if (!head && status !== 204) response.setHeader("content-length", 0);
            response.end();
        }
    } finally {
        await reply.done?.();
    }
}

function refuse(
    options: BlobServerOptions,
    error: unknown,
    request: IncomingMessage,
    response: ServerResponse,
    operation: string,
    id: string,
): void {
    let fault: { code: string; status: number; message: string; headers?: Readonly<Record<string, string>> };
    if (error instanceof SignatureFault) {
        fault = { code: error.xmlCode, status: error.status, message: error.message };
    } else if (error instanceof S3Fault) {
        fault = error;
    } else if (isFull(error)) {
        fault = new S3Fault("InsufficientStorage");
        options.report(`blob: ${operation} failed (request ${id}): the disk is full`);
    } else {
        fault = new S3Fault("InternalError");
        options.report(
            `blob: ${operation} failed (request ${id}): ${error instanceof Error ? (error.stack ?? "") : String(error)}`,
        );
    }
    response.statusCode = fault.status;
    for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
    if (fault.status === 304 || request.method === "HEAD") {
        response.end();
        return;
    }
    const [path] = (request.url ?? "").split("?");
    const xml = document(
        "Error",
        element("Code", fault.code),
        element("Message", fault.message),
        element("Resource", path),
        element("RequestId", id),
    ).replace(/ xmlns="[^"]*"/, "");
    response.setHeader("content-type", "application/xml");
    response.end(xml);
}

/** A page whose host name was pointed at 127.0.0.1 (DNS rebinding) sends that name. */
function checkHost(host: string | undefined): void {
    if (!/^(127\.0\.0\.1|localhost)(:\d{1,5})?$/i.test(host ?? "")) {
        throw new S3Fault(
            "AccessDenied",
            `Requests must be for the host 127.0.0.1 or localhost, but this is for "${host ?? ""}".`,
        );
    }
}

/**
 * In a presigned URL, parameters stand for headers. But for checksums: AWS's SDK puts that of an empty body there when
 * it signs without one, and S3 passes over it.
 */
function withQuery(headers: IncomingHttpHeaders, { query }: Target): IncomingHttpHeaders {
    const merged = { ...headers };
    for (const [name, value] of query) {
        const lower = name.toLowerCase();
        if (lower.startsWith("x-amz-") && !SIGNING.test(lower)) merged[lower] ??= value;
    }
    return merged;
}

const SIGNING =
    /^x-amz-(algorithm|credential|date|expires|signedheaders|signature|security-token|content-sha256|checksum-.*|sdk-.*)$/;
