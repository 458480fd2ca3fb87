import { expect } from "chai";
import { createServer } from "node:http";
import { connect, createServer as createTcp } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { balancers } from "../../agent/balancer/engine";
import { balancerKind } from "../../agent/balancer/balancer";
import { ask, call, echo, inputs, raw, service, target, testHost, until } from "./support";

describe("balancer: WebSocket and TCP", () => {
    const host = testHost();
    const kind = balancerKind(host);
    const closers: (() => Promise<void>)[] = [];
    let ports: Readonly<Record<string, number>>;
    const sockets = async (id: string) => {
        const server = createServer((_req, res) => res.writeHead(426).end("upgrade"));
        const made = await target(id, server);
        const ws = new WebSocketServer({ server });
        ws.on("connection", (socket) => {
            socket.on("error", () => undefined);
            socket.send(`hello from ${id}`);
            socket.on("message", (data, binary) => socket.send(data, { binary }));
        });
        closers.push(made.close);
        return made;
    };
    const lines = async (id: string) => {
        const server = createTcp({ allowHalfOpen: true }, (socket) => {
            let all = "";
            socket.on("error", () => undefined);
            socket.on("data", (data) => (all += data.toString()));
            socket.on("end", () => socket.end(`${id}:${all.length}`));
        });
        const made = await target(id, server);
        closers.push(made.close);
        return made;
    };
    before(async () => {
        const tcp = [{ name: "db", service: "Database/db/sql" }];
        ports = (await kind.apply("edge", inputs({ tcp, accessLog: "log", idleTimeoutSeconds: 2 }), call)).ports;
    });
    afterEach(() => Promise.all(closers.splice(0).map((close) => close())));
    after(async () => {
        await kind.remove("edge", inputs());
        host.clean();
    });

    it("passes WebSocket messages, text and binary, also when the first target refuses", async () => {
        const gone = await echo("web/0");
        await gone.close();
        host.endpoints.publish(service, [gone, await sockets("web/1")]);
        for (let i = 0; i < 3; i++) {
            const ws = new WebSocket(`ws://127.0.0.1:${ports["http"]}/chat?x=1`);
            const seen: (string | Buffer)[] = [];
            ws.on("message", (data, binary) => seen.push(binary ? (data as Buffer) : String(data)));
            await new Promise((resolve, reject) => ws.on("open", resolve).on("error", reject));
            ws.send("text");
            ws.send(Buffer.alloc(300_000, 7));
            await until(() => seen.length === 3);
            expect(seen.slice(0, 2)).to.deep.equal(["hello from web/1", "text"]);
            expect((seen[2] as Buffer).equals(Buffer.alloc(300_000, 7))).to.equal(true);
            ws.close(1000);
            const [code] = await new Promise<[number]>((resolve) => ws.on("close", (...args) => resolve([args[0]])));
            expect(code).to.equal(1000);
        }
        await until(() => host.lines.filter(({ line }) => line.text.includes('"status":101')).length === 3);
        expect(JSON.parse(host.lines.at(-1)!.line.text).received).to.be.greaterThan(300_000);
    });

    it("answers an upgrade itself where it must: 421, 503; and passes on a target's no", async () => {
        const upgrade = (name: string) =>
            `GET / HTTP/1.1\r\nHost: ${name}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`;
        host.endpoints.publish(service, []);
        expect(await raw(ports["http"]!, upgrade("evil.test"))).to.match(/^HTTP\/1\.1 421 /);
        expect(await raw(ports["http"]!, upgrade("localhost"))).to.match(/^HTTP\/1\.1 503 [^]*retry-after: 1/i);
        const no = await target(
            "web/1",
            createServer((_req, res) => res.writeHead(401).end("no")).on("upgrade", (_req, socket) =>
                socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno"),
            ),
        );
        closers.push(no.close);
        host.endpoints.publish(service, [no]);
        expect(await raw(ports["http"]!, upgrade("localhost"))).to.match(/^HTTP\/1\.1 401 [^]*no$/);
    });

    it("gives WebSockets on a draining target its grace, and no longer; new ones go elsewhere", async () => {
        const [one, two] = [await sockets("web/1"), await sockets("web/2")];
        host.endpoints.publish(service, [one]);
        const ws = new WebSocket(`ws://127.0.0.1:${ports["http"]}/`);
        await new Promise((resolve, reject) => ws.on("open", resolve).on("error", reject));
        let closed = 0;
        ws.on("close", () => (closed = Date.now()));
        const started = Date.now();
        host.endpoints.publish(service, [one.drained, two]);
        const other = new WebSocket(`ws://127.0.0.1:${ports["http"]}/`);
        expect(await new Promise<string>((resolve) => other.on("message", (data) => resolve(String(data))))).to.equal(
            "hello from web/2",
        );
        ws.send("still there");
        await new Promise((resolve) => setTimeout(resolve, 500));
        expect(closed).to.equal(0);
        await until(() => closed > 0);
        expect(closed - started).to.be.within(900, 4000);
        other.terminate();
    });

    it("passes TCP with half-closed connections, and logs it", async () => {
        host.endpoints.publish("Database/db/sql", [await lines("db/1")]);
        const answer = await new Promise<string>((resolve) => {
            const socket = connect({ port: ports["db"]!, host: "127.0.0.1", allowHalfOpen: true }, () =>
                socket.end("x".repeat(1_000_000)),
            );
            let text = "";
            socket.on("data", (data) => (text += data.toString()));
            socket.on("end", () => resolve(text));
        });
        expect(answer).to.equal("db/1:1000000");
        await until(() => host.counts.get("tcp_connections_total edge Database/db/sql") === 1);
        const entry = JSON.parse(host.lines.at(-1)!.line.text) as object;
        expect(entry).to.include({ protocol: "TCP", received: 1_000_000, sent: 12, target: "db/1" });
        await until(() => host.gauges.get("tcp_active_connections edge") === 0);
    });

    it("resets a TCP client when there is no target, ends idle ones, and one whose target dies", async function () {
        this.timeout(15_000);
        const end = (text: string, every?: number) =>
            new Promise<{ code: string; ms: number }>((resolve) => {
                const started = Date.now();
                let code = "end";
                const socket = connect(ports["db"]!, "127.0.0.1", () => socket.write(text));
                const again = every && setInterval(() => socket.write(text), every);
                socket.on("error", (error: NodeJS.ErrnoException) => (code = error.code ?? ""));
                socket.on("close", () => {
                    clearInterval(again);
                    resolve({ code, ms: Date.now() - started });
                });
                socket.resume();
            });
        host.endpoints.publish("Database/db/sql", []);
        expect(await end("x")).to.include({ code: "ECONNRESET" });
        const one = await lines("db/1");
        host.endpoints.publish("Database/db/sql", [one]);
        const idle = await end("x");
        expect(idle.ms).to.be.within(1900, 4000);
        const dying = end("x", 100); // it is never idle: only its target's end can end it
        await new Promise((resolve) => setTimeout(resolve, 300));
        await one.close();
        await dying;
    });

    it("opens internal addresses: shared, stable over close, of both protocols", async () => {
        const engine = balancers(host);
        expect(balancers(host)).to.equal(engine);
        const api = await echo("api/1");
        closers.push(api.close);
        const name = "Container/api/http";
        const [one, two] = await Promise.all([engine.openInternal(name, "http"), engine.openInternal(name, "http")]);
        const tcp = await engine.openInternal(name, "tcp");
        expect([two.port, tcp.port === one.port]).to.deep.equal([one.port, false]);
        const early = ask(one.port);
        setTimeout(() => host.endpoints.publish(name, [api]), 100);
        expect((await early).json().id).to.equal("api/1");
        expect((await ask(tcp.port)).json().headers).to.not.have.property("x-forwarded-for");
        await one.close();
        await one.close();
        expect((await ask(two.port)).status).to.equal(200);
        expect((await ask(two.port, "/", { headers: { host: "evil.test" } })).status).to.equal(421);
        await two.close();
        expect(await ask(two.port).catch((error: NodeJS.ErrnoException) => error.code)).to.equal("ECONNREFUSED");
        const again = await engine.openInternal(name, "http");
        expect(again.port).to.equal(one.port);
        expect(() => engine.releaseInternal(name, "http")).to.throw("in use");
        await Promise.all([again.close(), tcp.close()]);
        engine.releaseInternal(name, "http");
        expect(host.ports.has(`internal/${name}/http`)).to.equal(false);
    });
});
