import { mkdtempSync } from "node:fs";
import { Agent, createServer, request, type IncomingMessage, type RequestOptions, type Server } from "node:http";
import { connect, type AddressInfo, type Server as TcpServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Dimensions, LogLine, Target } from "../../agent/kind";
import type { BalancerInputs } from "../../agent/balancer/balancer";
import { type TestHost as PlainHost, testHost as plainHost } from "../process/host";

export { freePort, until } from "../process/host";

export interface TestHost extends Omit<PlainHost, "lines" | "gauges" | "kinds"> {
    readonly lines: { log: string; line: LogLine }[];
    readonly counts: Map<string, number>;
    readonly observed: { name: string; value: number; dimensions: Dimensions }[];
    readonly gauges: Map<string, number>;
}

/** A host which counts, too; it has no use for identities and other kinds. */
export function testHost(root = mkdtempSync(join(tmpdir(), "balancer-"))): TestHost {
    const lines: TestHost["lines"] = [];
    const counts = new Map<string, number>();
    const observed: TestHost["observed"] = [];
    const gauges = new Map<string, number>();
    const keyOf = (name: string, dimensions: Dimensions) => [name, ...Object.values(dimensions)].join(" ");
    const unused = () => {
        throw new Error("a balancer has no use for it");
    };
    return {
        ...plainHost(root),
        stack: "test/balancer",
        lines,
        counts,
        observed,
        gauges,
        logs: { append: (log, line) => void lines.push({ log, line }) },
        metrics: {
            count(name, by, dimensions = {}) {
                const key = keyOf(name, dimensions);
                counts.set(key, (counts.get(key) ?? 0) + by);
            },
            gauge: (name, value, dimensions = {}) => void gauges.set(keyOf(name, dimensions), value),
            observe: (name, value, dimensions = {}) => void observed.push({ name, value, dimensions }),
        },
        identities: { issue: unused, find: unused, revoke: unused },
        kind: unused,
    };
}

export const service = "Container/web/http";

export function inputs(more: Partial<BalancerInputs> = {}): BalancerInputs {
    return {
        name: "edge",
        http: true,
        https: false,
        domains: [],
        redirectToHttps: false,
        routes: [{ service }],
        tcp: [],
        allow: [],
        drainSeconds: 1,
        idleTimeoutSeconds: 30,
        ...more,
    };
}

export const call = { restoring: false, progress: () => undefined, signal: new AbortController().signal };

/** A server on a free port of 127.0.0.1, as a target that can be published. */
export async function target(
    id: string,
    server: Server | TcpServer,
): Promise<Target & { server: Server; drained: Target; close(): Promise<void> }> {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const sockets = new Set<Socket>();
    server.on("connection", (socket: Socket) => {
        sockets.add(socket);
        socket.on("close", () => sockets.delete(socket));
    });
    const it = { id, host: "127.0.0.1", port, draining: false };
    return {
        ...it,
        server: server as Server,
        drained: { ...it, draining: true },
        close: () =>
            new Promise((resolve) => {
                server.close(() => resolve());
                sockets.forEach((socket) => socket.destroy());
            }),
    };
}

/** A target that says who it is and what it was asked. */
export function echo(id: string) {
    const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
            const body = Buffer.concat(chunks).toString();
            response.setHeader("content-type", "application/json");
            response.end(
                JSON.stringify({ id, method: request.method, url: request.url, headers: request.headers, body }),
            );
        });
    });
    return target(id, server);
}

export interface Got {
    readonly status: number;
    readonly headers: IncomingMessage["headers"];
    readonly trailers: IncomingMessage["trailers"];
    readonly body: string;
    // What the echo says depends on the test.
    readonly json: () => { id: string; method: string; url: string; headers: Record<string, string>; body: string };
}

/** One request over a connection of its own, unless an agent is given. */
export function ask(port: number, path = "/", options: RequestOptions = {}, body?: string | Buffer): Promise<Got> {
    return new Promise((resolve, reject) => {
        const asked = request({ host: "127.0.0.1", port, path, agent: false, ...options }, (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("error", reject);
            response.on("end", () => {
                const text = Buffer.concat(chunks).toString();
                resolve({
                    status: response.statusCode ?? 0,
                    headers: response.headers,
                    trailers: response.trailers,
                    body: text,
                    json: () => JSON.parse(text) as ReturnType<Got["json"]>,
                });
            });
        });
        asked.on("error", reject);
        asked.end(body);
    });
}

/** Sends bytes as they are, and gives all that comes back until the other side closes, or `ms` have passed. */
export function raw(port: number, text: string, ms = 3000): Promise<string> {
    return new Promise((resolve) => {
        const socket = connect(port, "127.0.0.1", () => socket.write(text));
        const chunks: Buffer[] = [];
        const done = () => {
            clearTimeout(timer);
            socket.destroy();
            resolve(Buffer.concat(chunks).toString("latin1"));
        };
        const timer = setTimeout(done, ms);
        socket.on("data", (chunk) => chunks.push(chunk));
        socket.on("error", done);
        socket.on("close", done);
    });
}

export function keepAlive(): Agent {
    return new Agent({ keepAlive: true });
}
