import { ServerResponse, STATUS_CODES } from "node:http";
import { hostName, isOurs, plainAddress, type Clients } from "./clients";
import type { Response } from "./exchange";
import { hasBody, type Request } from "./headers";
import type { Pool } from "./pool";
import { locationOf, type RouteTable } from "./routes";

/** What a front goes by. It is put in place as a whole, so no request sees half of an update. */
export interface Rules {
    readonly name: string;
    readonly table: RouteTable;
    readonly pools: ReadonlyMap<string, Pool>;
    readonly domains: readonly string[];
    readonly clients: Clients;
    /** Port to send clients to that come without TLS; unset to serve them. */
    readonly redirectTo?: number;
    readonly idleMs: number;
}

/** What is to be done with a request. */
export type Verdict =
    | { readonly kind: "forward"; readonly host: string; readonly pool: Pool }
    | { readonly kind: "redirect"; readonly to: string; readonly status: number }
    | { readonly kind: "refuse"; readonly status: number; readonly text: string };

export function judge(request: Request, rules: Rules, secure: boolean): Verdict {
    const refusal = (status: number, text: string): Verdict => ({
        kind: "refuse",
        status,
        text: `${rules.name}: ${text}`,
    });
    if (!rules.clients.allows(request.socket.remoteAddress)) {
        return refusal(403, `${plainAddress(request.socket.remoteAddress)} is not in the ranges that may connect.`);
    }
    const header = hostOf(request);
    const host = hostName(header);
    const [path, query] = pathOf(request);
    // An absolute URL would name a second host, and which of the two is meant is where smuggling begins.
    if (host === undefined || !(path.startsWith("/") || path === "*") || hostHeaders(request) > 1) {
        return refusal(400, "the request needs one Host header, and a target that is a path.");
    }
    if (!isOurs(host, rules.domains)) {
        return refusal(
            421,
            `"${host}" is no name of this balancer: it answers to ${["localhost", ...rules.domains].join(", ")}.`,
        );
    }
    if (!secure && rules.redirectTo !== undefined) {
        return { kind: "redirect", to: `https://${host}:${rules.redirectTo}${request.url}`, status: 308 };
    }
    const route = rules.table.find(host, path);
    if (route?.redirect !== undefined) {
        return { kind: "redirect", to: locationOf(route.redirect, path, query), status: route.redirect.status };
    }
    const pool = route?.service === undefined ? undefined : rules.pools.get(route.service);
    if (pool === undefined) {
        return refusal(404, `no route for ${host}${path}. Routes:\n  ${rules.table.describe().join("\n  ") || "none"}`);
    }
    return { kind: "forward", host, pool };
}

/** Answers in place of a target. Returns the bytes of the body. */
export function refuse(request: Request, response: Response, verdict: Exclude<Verdict, { kind: "forward" }>): number {
    if (response.headersSent || response.destroyed) {
        return 0;
    }
    const { status } = verdict;
    const text = verdict.kind === "redirect" ? "" : `${status} ${STATUS_CODES[status]}\n${verdict.text}\n`;
    const body = Buffer.from(request.method === "HEAD" ? "" : text);
    response.statusCode = status;
    response.setHeader("content-type", "text/plain; charset=utf-8");
    response.setHeader("content-length", Buffer.byteLength(text));
    response.setHeader("x-content-type-options", "nosniff");
    response.setHeader("cache-control", "no-store");
    if (verdict.kind === "redirect") {
        response.setHeader("location", verdict.to);
    }
    if (status === 503) {
        response.setHeader("retry-after", "1");
    }
    if (response instanceof ServerResponse && (hasBody(request) || status === 400)) {
        response.setHeader("connection", "close");
    }
    response.end(body);
    return body.length;
}

export function hostOf(request: Request): string | undefined {
    return request.headers.host ?? (request.headers[":authority"] as string | undefined);
}

function hostHeaders(request: Request): number {
    return request.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host").length;
}

/** The path, and the query with its `?`. */
export function pathOf(request: Request): [string, string] {
    const url = request.url ?? "";
    const at = url.indexOf("?");
    return at < 0 ? [url, ""] : [url.slice(0, at), url.slice(at)];
}
