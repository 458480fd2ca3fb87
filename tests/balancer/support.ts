import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { Agent, createServer, request, type IncomingMessage, type RequestOptions, type Server } from "node:http";
import { connect, createServer as createTcp, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Dimensions, Host, LogLine, Target } from "../../agent/kind";
import type { BalancerInputs } from "../../agent/balancer/balancer";

export interface TestHost extends Host {
    readonly root: string;
    readonly lines: { log: string; line: LogLine }[];
    readonly counts: Map<string, number>;
    readonly observed: { name: string; value: number; dimensions: Dimensions }[];
    readonly gauges: Map<string, number>;
    readonly reports: string[];
    readonly ports: Map<string, number>;
    clean(): void;
}

/** A host whose stores are in memory, and whose ports and folders are real. */
export function testHost(root = mkdtempSync(join(tmpdir(), "balancer-"))): TestHost {
    const published = new Map<string, readonly Target[]>();
    const watchers = new Map<string, Set<(targets: readonly Target[]) => void>>();
    const lines: TestHost["lines"] = [];
    const counts = new Map<string, number>();
    const observed: TestHost["observed"] = [];
    const gauges = new Map<string, number>();
    const reports: string[] = [];
    const ports = new Map<string, number>();
    const unused = () => {
        throw new Error("a balancer has no use for it");
    };
    return {
        stack: "test/balancer",
        root,
        lines,
        counts,
        observed,
        gauges,
        reports,
        ports,
        clean: () => rmSync(root, { recursive: true, force: true }),
        folder(name) {
            const path = join(root, name);
            mkdirSync(path, { recursive: true, mode: 0o700 });
            return path;
        },
        async port(owner) {
            const port = ports.get(owner) ?? (await freePort());
            ports.set(owner, port);
            return port;
        },
        releasePort: (owner) => void ports.delete(owner),
        vault: {
            seal: (plain) => `sealed:${Buffer.from(plain).toString("base64")}`,
            open: (sealed) => Buffer.from(sealed.slice(7), "base64").toString(),
        },
        logs: { append: (log, line) => void lines.push({ log, line }) },
        metrics: {
            count(name, by, dimensions = {}) {
                const key = [name, ...Object.values(dimensions)].join(" ");
                counts.set(key, (counts.get(key) ?? 0) + by);
            },
            gauge: (name, value, dimensions = {}) =>
                void gauges.set([name, ...Object.values(dimensions)].join(" "), value),
            observe: (name, value, dimensions = {}) => void observed.push({ name, value, dimensions }),
        },
        identities: { issue: unused, find: unused, revoke: unused },
        endpoints: {
            publish(service, targets) {
                published.set(service, targets);
                watchers.get(service)?.forEach((changed) => changed(targets));
            },
            targets: (service) => published.get(service) ?? [],
            watch(service, changed) {
                const set = watchers.get(service) ?? new Set();
                watchers.set(service, set.add(changed));
                changed(published.get(service) ?? []);
                return () => set.delete(changed);
            },
        },
        kind: unused,
        report: (line) => void reports.push(line),
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
    server: Server | ReturnType<typeof createTcp>,
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

export async function until(condition: () => boolean, ms = 5000): Promise<void> {
    const end = Date.now() + ms;
    while (!condition()) {
        if (Date.now() > end) {
            throw new Error(`not so within ${ms} ms: ${condition.toString()}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
}

export function keepAlive(): Agent {
    return new Agent({ keepAlive: true });
}

export async function freePort(): Promise<number> {
    const server = createTcp();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
}
