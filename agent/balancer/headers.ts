import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { plainAddress } from "./clients";

export type Request = IncomingMessage | Http2ServerRequest;
export type Headers = Record<string, string | string[]>;

/** What concerns one connection only, and must not go on to the next. */
const hopByHop = new Set([
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
    "http2-settings",
]);

/** The headers of `request` as a target gets them. */
export function requestHeaders(request: Request, host: string, secure: boolean, id: string): Headers {
    const headers = endToEnd(request.rawHeaders, request.headers.connection, "; ");
    const client = plainAddress(request.socket.remoteAddress);
    const before = headers["x-forwarded-for"];
    headers["host"] = host;
    headers["x-forwarded-for"] = before === undefined ? client : `${[before].flat().join(", ")}, ${client}`;
    headers["x-forwarded-proto"] = secure ? "https" : "http";
    headers["x-forwarded-host"] = host;
    headers["x-forwarded-port"] = String(request.socket.localPort ?? "");
    headers["x-request-id"] = id;
    if (hasBody(request) && request.headers["content-length"] === undefined) {
        headers["transfer-encoding"] = "chunked";
    }
    if (/\btrailers\b/i.test(String(request.headers.te ?? ""))) {
        headers["te"] = "trailers";
    }
    return headers;
}

/** The headers of a target's answer as a client gets them. */
export function responseHeaders(answer: IncomingMessage, id: string): Headers {
    const headers = endToEnd(answer.rawHeaders, answer.headers.connection, undefined);
    headers["x-request-id"] ??= id;
    return headers;
}

/** The client's own id of its request if it is a sane one, else a new one. */
export function requestId(request: Request): string {
    const given = request.headers["x-request-id"];
    return typeof given === "string" && /^[\w.:+/=-]{1,128}$/.test(given) ? given : randomUUID();
}

export function hasBody(request: Request): boolean {
    if ("stream" in request) {
        return !request.stream.endAfterHeaders;
    }
    const length = request.headers["content-length"];
    return request.headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

/** Names in lower case; a repeated header keeps all its values, apart from one another as they were. */
function endToEnd(raw: readonly string[], connection: string | undefined, cookieGlue: string | undefined): Headers {
    const named = connection === undefined || /^(keep-alive|close)$/i.test(connection) ? undefined : listed(connection);
    // No prototype: a header may well be called `constructor`.
    const headers = Object.create(null) as Headers;
    for (let i = 0; i + 1 < raw.length; i += 2) {
        const name = (raw[i] as string).toLowerCase();
        const value = raw[i + 1] as string;
        if (name.startsWith(":") || hopByHop.has(name) || named?.has(name)) {
            continue;
        }
        const before = headers[name];
        if (before === undefined) {
            headers[name] = value;
        } else if (name === "cookie" && cookieGlue !== undefined) {
            // HTTP/2 sends one cookie per header, HTTP/1 knows only one header.
            headers[name] = [before].flat().join(cookieGlue) + cookieGlue + value;
        } else {
            headers[name] = [before, value].flat();
        }
    }
    return headers;
}

function listed(connection: string): Set<string> {
    const names = new Set(connection.split(",").map((name) => name.trim().toLowerCase()));
    // A client could else take away what says who it is, or how long the body is.
    ["content-length", "host", "x-forwarded-for", "x-request-id"].forEach((name) => names.delete(name));
    return names;
}
