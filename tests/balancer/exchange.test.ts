import { expect } from "chai";
import { spawn } from "node:child_process";
import { createServer, get, request, type IncomingMessage } from "node:http";
import { createServer as createTcp } from "node:net";
import { balancerKind } from "../../agent/balancer/balancer";
import { ask, call, echo, inputs, keepAlive, raw, service, target, testHost, until } from "./support";

describe("balancer: what passes through", () => {
    const host = testHost();
    const kind = balancerKind(host);
    const closers: (() => Promise<void>)[] = [];
    let port: number;
    const serve = async (handler: Parameters<typeof createServer>[1], id = "web/1") => {
        const server = createServer(handler);
        const made = await target(id, server);
        closers.push(made.close);
        host.endpoints.publish(service, [made]);
        return made;
    };
    before(async () => {
        port = (await kind.apply("edge", inputs({ idleTimeoutSeconds: 2, accessLog: "log" }), call)).ports[
            "http"
        ] as number;
    });
    afterEach(() => Promise.all(closers.splice(0).map((close) => close())));
    after(async () => {
        await kind.remove("edge", inputs());
        host.clean();
    });

    it("streams large bodies both ways, at the speed of the slower side, in bounded memory", async function () {
        this.timeout(60_000);
        const size = 300 * 2 ** 20;
        const chunk = Buffer.alloc(2 ** 16, "x");
        let received = 0;
        await serve((req, res) => {
            req.on("data", (data: Buffer) => (received += data.length));
            let left = size / chunk.length;
            const more = () => {
                while (left > 0) {
                    left--;
                    if (!res.write(chunk)) {
                        res.once("drain", more);
                        return;
                    }
                }
                res.end();
            };
            req.on("end", more);
        });
        const before = process.memoryUsage().rss;
        let most = 0;
        const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
        const total = await new Promise<number>((resolve, reject) => {
            const up = request({ port, host: "127.0.0.1", method: "POST", agent: false }, (res) => {
                let count = 0;
                // A slow reader at first: what it does not take must not pile up.
                setTimeout(() => res.on("data", (data: Buffer) => (count += data.length)), 500);
                res.on("end", () => resolve(count));
            });
            up.on("error", reject);
            let left = size / chunk.length;
            const more = () => {
                while (left > 0) {
                    left--;
                    if (!up.write(chunk)) {
                        up.once("drain", more);
                        return;
                    }
                }
                up.end();
            };
            more();
        });
        clearInterval(watch);
        expect([received, total]).to.deep.equal([size, size]);
        const growth = (most - before) / 2 ** 20;
        console.log(
            `      300 MiB up and 300 MiB down: ${growth.toFixed(0)} MiB more memory, client and target included`,
        );
        expect(growth).to.be.lessThan(150);
    });

    it("passes server-sent events one by one, and the head before the first of them", async () => {
        let send: (text: string) => void = () => undefined;
        let left = false;
        await serve((_req, res) => {
            res.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
            send = (text) => void res.write(text);
            res.on("close", () => (left = true));
        });
        const answer = await new Promise<IncomingMessage>((resolve) =>
            get({ port, host: "127.0.0.1", agent: false }, resolve),
        );
        expect(answer.headers["content-type"]).to.equal("text/event-stream");
        let seen = "";
        answer.on("data", (data: Buffer) => (seen += data.toString()));
        answer.on("error", () => undefined);
        for (const text of ["data: 1\n\n", "data: 2\n\n"]) {
            const so = seen + text;
            send(text);
            await until(() => seen === so);
        }
        answer.destroy();
        await until(() => left);
    });

    it("passes 100-continue as the target says it, and a refusal without the body", async () => {
        let wanted = true;
        const made = await serve((req, res) => void req.pipe(res));
        made.server.on("checkContinue", (req, res) => {
            if (wanted) {
                res.writeContinue();
                req.pipe(res);
            } else {
                res.writeHead(413).end();
            }
        });
        const post = () =>
            new Promise<{ continued: boolean; status: number; body: string }>((resolve, reject) => {
                let continued = false;
                const headers = { expect: "100-continue", "content-length": 5 };
                const up = request({ port, host: "127.0.0.1", method: "POST", headers, agent: false }, (res) => {
                    let body = "";
                    res.on("data", (data: Buffer) => (body += data.toString()));
                    res.on("end", () => resolve({ continued, status: res.statusCode ?? 0, body }));
                });
                up.on("error", reject);
                up.on("continue", () => {
                    continued = true;
                    up.end("hello");
                });
                up.flushHeaders();
            });
        expect(await post()).to.deep.equal({ continued: true, status: 200, body: "hello" });
        wanted = false;
        expect(await post()).to.deep.equal({ continued: false, status: 413, body: "" });
    });

    it("passes trailers both ways, HEAD, 304, and repeated headers as they are", async () => {
        let seen: IncomingMessage["trailers"] = {};
        await serve((req, res) => {
            if (req.url === "/304") {
                res.writeHead(304, { etag: '"x"' }).end();
            } else if (req.method === "HEAD") {
                res.writeHead(200, { "content-length": 1234, "set-cookie": ["a=1", "b=2"] }).end();
            } else {
                req.resume().on("end", () => {
                    seen = req.trailers;
                    res.writeHead(200, { trailer: "x-sum" }).write("body");
                    res.addTrailers({ "x-sum": "42" });
                    res.end();
                });
            }
        });
        const got = await new Promise<IncomingMessage>((resolve) => {
            const up = request(
                { port, host: "127.0.0.1", method: "PUT", headers: { trailer: "x-in" }, agent: false },
                (res) => res.resume().on("end", () => resolve(res)),
            );
            up.write("some");
            up.addTrailers({ "x-in": "7" });
            up.end();
        });
        expect([seen["x-in"], got.trailers["x-sum"]]).to.deep.equal(["7", "42"]);
        const head = await ask(port, "/", { method: "HEAD" });
        expect([head.headers["content-length"], head.headers["set-cookie"], head.body]).to.deep.equal([
            "1234",
            ["a=1", "b=2"],
            "",
        ]);
        const same = await ask(port, "/304");
        expect([same.status, same.headers.etag]).to.deep.equal([304, '"x"']);
    });

    it("ends the client's connection when the target breaks off in the middle, with a length and without", async () => {
        for (const headers of [{ "content-length": "100" }, {}]) {
            await serve((_req, res) => {
                res.writeHead(200, headers).write("half");
                setTimeout(() => res.destroy(), 50);
            });
            const failed = await ask(port).catch((error: NodeJS.ErrnoException) => error.code);
            expect(failed).to.equal("ECONNRESET");
        }
    });

    it("tells the target when the client leaves during an upload", async () => {
        let aborted = false;
        await serve((req) => req.on("aborted", () => (aborted = true)).resume());
        const up = request({ port, host: "127.0.0.1", method: "POST", agent: false });
        up.on("error", () => undefined);
        up.write("some");
        await new Promise((resolve) => setTimeout(resolve, 100));
        up.destroy();
        await until(() => aborted);
        await until(() => host.lines.some(({ line }) => line.text.includes('"status":499')));
    });

    it("gives 504 when a target says nothing, and ends clients that stop sending", async function () {
        this.timeout(15_000);
        await serve((req) => void req.resume());
        const started = Date.now();
        expect((await ask(port, "/", { method: "POST" }, "x")).status).to.equal(504);
        expect(Date.now() - started).to.be.within(1900, 4000);
        // 504 as well, or an end: but not a connection held for ever by one that sends half a body.
        const text = await raw(port, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx", 8000);
        expect(text).to.match(/^HTTP\/1\.1 504 /);
        expect(Date.now() - started).to.be.lessThan(9000);
    });

    it("answers 502 for an answer that is no HTTP", async () => {
        const server = createTcp((socket) => {
            socket.on("error", () => undefined);
            socket.on("data", () => socket.end("hello\r\n\r\n"));
        });
        const made = await target("web/1", server);
        closers.push(made.close);
        host.endpoints.publish(service, [made]);
        expect((await ask(port)).status).to.equal(502);
    });

    it("never fails a request because the target closes an idle connection: GET and POST", async function () {
        this.timeout(20_000);
        // Closes each connection shortly after its answer, without having said so.
        const jitter = () => Math.random() * 3;
        const server = createServer((req, res) => {
            res.removeHeader("connection");
            req.resume().on("end", () => res.end("ok"));
            res.on("finish", () => setTimeout(() => req.socket.destroy(), jitter()));
        });
        const made = await target("web/1", server);
        closers.push(made.close);
        host.endpoints.publish(service, [made]);
        const statuses = new Map<string, number>();
        const agent = keepAlive();
        await Promise.all(
            Array.from({ length: 8 }, async (_, lane) => {
                for (let i = 0; i < 250; i++) {
                    const method = lane % 2 === 0 ? "GET" : "POST";
                    const { status } = await ask(port, "/", { method, agent }, method === "POST" ? "body" : undefined);
                    statuses.set(`${method} ${status}`, (statuses.get(`${method} ${status}`) ?? 0) + 1);
                    await new Promise((resolve) => setTimeout(resolve, jitter()));
                }
            }),
        );
        agent.destroy();
        expect(Object.fromEntries(statuses)).to.deep.equal({ "GET 200": 1000, "POST 200": 1000 });
    });

    it("retries what is safe on another target, never a POST that may have been read", async () => {
        let hits = 0;
        const breaker = createTcp((socket) => {
            socket.on("error", () => undefined);
            socket.once("data", () => {
                hits++;
                socket.resetAndDestroy();
            });
        });
        const broken = await target("web/0", breaker);
        const good = await echo("web/1");
        closers.push(broken.close, good.close);
        const only = (more: string) => host.endpoints.publish(service, more === "both" ? [broken, good] : [broken]);
        only("both");
        for (let i = 0; i < 4; i++) {
            expect((await ask(port, "/", { method: "PUT" }, "small")).json().body).to.equal("small");
            expect((await ask(port, "/")).status).to.equal(200);
        }
        expect(hits).to.be.greaterThan(2);
        hits = 0;
        const posts = [];
        for (let i = 0; i < 4; i++) {
            posts.push((await ask(port, "/", { method: "POST" }, "once")).status);
        }
        expect(posts.sort()).to.deep.equal([200, 200, 502, 502]);
        expect(hits).to.equal(2);
        // One that kills its target is not passed round without end.
        hits = 0;
        only("broken");
        expect((await ask(port, "/")).status).to.equal(502);
        expect(hits).to.equal(3);
        // A body too large to be kept is not sent twice.
        hits = 0;
        const large = await ask(port, "/", { method: "PUT" }, Buffer.alloc(200_000)).then(
            ({ status }) => status,
            () => 502,
        );
        expect([large, hits]).to.deep.equal([502, 1]);
    });

    it("sends a POST over a new connection, as a kept one could hide whether it was read", async () => {
        let posts = 0;
        const first = new Set<unknown>();
        const made = await serve((req, res) => {
            if (req.method === "GET") {
                first.add(req.socket);
                res.end("ok");
                return;
            }
            posts++;
            req.socket.resetAndDestroy();
        });
        expect((await ask(port)).status).to.equal(200);
        expect((await ask(port, "/", { method: "POST" }, "once")).status).to.equal(502);
        expect(posts).to.equal(1);
        expect((await ask(port)).status).to.equal(200);
        // The GETs did share one: so the POST had the choice.
        expect(first.size, made.id).to.equal(1);
    });

    it("retries a POST where the connection was refused, and over the restart of a single replica", async () => {
        const gone = await echo("web/0");
        await gone.close();
        const good = await echo("web/1");
        closers.push(good.close);
        host.endpoints.publish(service, [gone, good]);
        for (let i = 0; i < 6; i++) {
            expect((await ask(port, "/", { method: "POST" }, "x".repeat(100_000))).status).to.equal(200);
        }
        host.endpoints.publish(service, [gone]);
        const asked = ask(port, "/", { method: "POST" }, "again");
        await new Promise((resolve) => setTimeout(resolve, 500));
        const server = createServer((req, res) => void req.pipe(res));
        await new Promise<void>((resolve) => server.listen(gone.port, "127.0.0.1", resolve));
        closers.push(() => new Promise((resolve) => server.close(() => resolve()) && server.closeAllConnections()));
        expect((await asked).body).to.equal("again");
    });

    it("survives the kill -9 of a target in the middle of requests: safe ones move on", async function () {
        this.timeout(20_000);
        const source = `
            const server = require("http").createServer((req, res) => setTimeout(() => res.end(String(process.pid)), 100));
            server.listen(0, "127.0.0.1", () => process.send(server.address().port));`;
        const start = () => {
            const child = spawn(process.execPath, ["-e", source], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
            return new Promise<{ child: typeof child; port: number }>((resolve) =>
                child.once("message", (message) => resolve({ child, port: message as number })),
            );
        };
        const children = await Promise.all([start(), start()]);
        const [one, two] = children.map((made, i) => ({
            id: `web/${i}`,
            host: "127.0.0.1",
            port: made.port,
            draining: false,
        }));
        try {
            host.endpoints.publish(service, [one!, two!]);
            const asked = Array.from({ length: 40 }, () => ask(port));
            await new Promise((resolve) => setTimeout(resolve, 60));
            children[0]!.child.kill("SIGKILL");
            const got = await Promise.all(asked);
            expect(got.map(({ status }) => status)).to.deep.equal(Array(40).fill(200));
            expect(new Set(got.map(({ body }) => body))).to.deep.equal(new Set([String(children[1]!.child.pid)]));
        } finally {
            children.forEach(({ child }) => child.kill("SIGKILL"));
        }
    });

    it("keeps pipelined answers in order", async () => {
        await serve((req, res) => setTimeout(() => res.end(`[${req.url}]`), req.url === "/1" ? 100 : 0));
        const one = (path: string, more = "") => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
        const text = await raw(port, one("/1") + one("/2", "Connection: close\r\n"));
        expect(text.indexOf("[/1]")).to.be.greaterThan(0);
        expect(text.indexOf("[/2]")).to.be.greaterThan(text.indexOf("[/1]"));
    });

    it("leaves no connection and no count behind", async () => {
        await until(() => host.gauges.get("http_active_connections edge") === 0);
        expect(host.reports.filter((line) => line.includes("defect"))).to.deep.equal([]);
    });
});
