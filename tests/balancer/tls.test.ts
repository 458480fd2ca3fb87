import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, get } from "node:https";
import { connect as connect2 } from "node:http2";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { WebSocket, WebSocketServer } from "ws";
import { Authority } from "../../agent/balancer/authority";
import { balancerKind } from "../../agent/balancer/balancer";
import { Certificates } from "../../agent/balancer/certificates";
import { ask, call, echo, inputs, service, testHost, until } from "./support";

describe("balancer: TLS", () => {
    const host = testHost();
    const kind = balancerKind(host);
    let web: Awaited<ReturnType<typeof echo>>;
    let port: number;
    let plain: number;
    let ca: Buffer;
    let caPath: string;
    before(async () => {
        web = await echo("web/1");
        host.endpoints.publish(service, [web]);
        const wanted = inputs({
            https: true,
            redirectToHttps: true,
            domains: ["shop.example.test", "*.dev.example.test"],
        });
        const outputs = await kind.apply("edge", wanted, call);
        caPath = outputs.certificateAuthority as string;
        ca = readFileSync(caPath);
        port = outputs.ports["https"] as number;
        plain = outputs.ports["http"] as number;
        expect(outputs.httpsUrl).to.equal(`https://localhost:${port}`);
    });
    after(async () => {
        await kind.remove("edge", inputs({ https: true }));
        await kind.stop();
        await web.close();
        host.clean();
    });
    const secure = (name: string, path = "/") =>
        new Promise<{ status: number; body: string }>((resolve, reject) => {
            const options = {
                host: "127.0.0.1",
                port,
                path,
                ca,
                agent: false,
                servername: name,
                headers: { host: name },
            };
            get(options, (res) => {
                let body = "";
                res.on("data", (data: Buffer) => (body += data.toString()));
                res.on("end", () => resolve({ status: res.statusCode ?? 0, body }));
            }).on("error", reject);
        });

    it("is verified with the authority for each of its names, and for no other", async () => {
        for (const name of ["localhost", "a.localhost", "a.b.localhost", "shop.example.test", "x.dev.example.test"]) {
            const got = await secure(name);
            expect(got.status, name).to.equal(200);
            expect(got.body).to.include('"x-forwarded-proto":"https"');
        }
        expect(await secure("evil.test").catch((error: NodeJS.ErrnoException) => error.code)).to.equal(
            "ERR_TLS_CERT_ALTNAME_INVALID",
        );
        for (const address of ["127.0.0.1", "::1"]) {
            const socket = await new Promise<TLSSocket>((resolve, reject) => {
                const made = connect({ host: address, port, ca }, () => resolve(made));
                made.on("error", reject);
            });
            expect(socket.authorized).to.equal(true);
            socket.destroy();
        }
    });

    it("has certificates that strict verifiers take, and keeps the key sealed", async function () {
        const authority = await Authority.open(host);
        const leaf = await authority.issue(["localhost", "127.0.0.1"]);
        const path = join(host.root, "leaf.pem");
        writeFileSync(path, leaf.certificate);
        try {
            execFileSync("openssl", ["version"]);
        } catch {
            this.skip();
        }
        const said = execFileSync("openssl", [
            "verify",
            "-x509_strict",
            "-purpose",
            "sslserver",
            "-verify_hostname",
            "localhost",
            "-CAfile",
            caPath,
            path,
        ]);
        expect(said.toString()).to.match(/: OK/);
        const kept = readFileSync(join(host.root, "authority", "authority.json"), "utf8");
        expect(kept).to.not.include("PRIVATE KEY");
        expect(statSync(caPath).mode & 0o777).to.equal(0o600);
        const days = (leaf.endsAt - Date.now()) / 86_400_000;
        expect(days).to.be.within(89.9, 90.1);
        expect((leaf.endsAt - leaf.renewAt) / 86_400_000).to.equal(30);
    });

    it("brings the same authority back, mends a lost ca.pem, and refuses a broken one with the way out", async () => {
        const before = readFileSync(caPath, "utf8");
        rmSync(caPath);
        await Authority.open(host);
        expect(readFileSync(caPath, "utf8")).to.equal(before);
        const other = testHost();
        await Authority.open(other);
        writeFileSync(join(other.root, "authority", "authority.json"), "{}");
        const failed = await Authority.open(other).catch((error: Error) => error);
        expect(String(failed)).to.match(/Refusal: Certificate authority: .* does not open .*: remove it/);
        other.clean();
        const aged = testHost();
        await Authority.open(aged, { now: () => Date.now() - 9.9 * 365.25 * 86_400_000 });
        const old = readFileSync(join(aged.root, "authority", "ca.pem"), "utf8");
        await Authority.open(aged);
        expect(readFileSync(join(aged.root, "authority", "ca.pem"), "utf8")).to.not.equal(old);
        expect(aged.reports.join()).to.include("let clients trust it anew");
        aged.clean();
    });

    it("sends plain HTTP to HTTPS, with its path and query", async () => {
        const got = await ask(plain, "/a?b=c", { method: "POST", headers: { host: `localhost:${plain}` } });
        expect([got.status, got.headers.location]).to.deep.equal([308, `https://localhost:${port}/a?b=c`]);
    });

    it("speaks HTTP/2 with bodies, cookies and many streams, and WebSocket over TLS", async () => {
        const session = connect2(`https://localhost:${port}`, { ca });
        const one = (path: string, body?: string) =>
            new Promise<{ status: number; text: string }>((resolve, reject) => {
                const stream = session.request({
                    ":path": path,
                    ":method": body === undefined ? "GET" : "POST",
                    cookie: ["a=1", "b=2"],
                });
                let [status, text] = [0, ""];
                stream.on("response", (headers) => (status = headers[":status"] ?? 0));
                stream.on("data", (data: Buffer) => (text += data.toString()));
                stream.on("end", () => resolve({ status, text }));
                stream.on("error", reject);
                stream.end(body);
            });
        const got = await Promise.all(
            Array.from({ length: 50 }, (_, i) => one(`/${i}`, i % 2 ? "b".repeat(100_000) : undefined)),
        );
        expect(got.every(({ status }) => status === 200)).to.equal(true);
        const said = JSON.parse(got[1]!.text) as { body: string; url: string; headers: Record<string, string> };
        expect([said.body.length, said.url, said.headers["cookie"]]).to.deep.equal([100_000, "/1", "a=1; b=2"]);
        expect(said.headers["host"]).to.equal(`localhost:${port}`);
        expect((await one("/big", "x".repeat(3_000_000))).status).to.equal(200);
        await new Promise<void>((resolve) => session.close(() => resolve()));
        const ws = new WebSocketServer({ server: web.server });
        ws.on("connection", (socket) => socket.send("hello"));
        const client = new WebSocket(`wss://localhost:${port}/`, { ca });
        expect(
            await new Promise<string>((resolve, reject) =>
                client.on("message", (data) => resolve(String(data))).on("error", reject),
            ),
        ).to.equal("hello");
        client.close();
        await new Promise((resolve) => client.on("close", resolve));
    });

    it("renews in time while connections stand", async () => {
        let now = Date.now();
        const short = { now: () => now, leafMs: 10_000, renewMs: 4000 };
        const authority = await Authority.open(testHost(host.root), short);
        const certificates = await Certificates.open(authority, ["shop.example.test"], host.report, 20);
        const server = createServer(certificates.options, (_req, res) => res.end("ok"));
        certificates.keep(server);
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const at = (server.address() as AddressInfo).port;
        const open = (servername: string) =>
            new Promise<TLSSocket>((resolve, reject) => {
                const made = connect({ host: "127.0.0.1", port: at, ca, servername }, () => resolve(made));
                made.on("error", reject);
            });
        const talk = (socket: TLSSocket) =>
            new Promise<string>((resolve) => {
                socket.once("data", (data) => resolve(data.toString()));
                socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            });
        for (const name of ["localhost", "shop.example.test"]) {
            const before = await open(name);
            const serial = before.getPeerCertificate().serialNumber;
            const same = await open(name);
            expect(same.getPeerCertificate().serialNumber).to.equal(serial);
            same.destroy();
            now += 7000;
            await new Promise((resolve) => setTimeout(resolve, 100));
            const after = await open(name);
            expect(after.getPeerCertificate().serialNumber).to.not.equal(serial);
            expect(await talk(before)).to.match(/^HTTP\/1\.1 200/);
            [before, after].forEach((socket) => socket.destroy());
        }
        certificates.close();
        await new Promise((resolve) => server.close(resolve));
    });

    it("changes its names in place, and drops nothing of a standing HTTP/2 session until it is removed", async () => {
        const session = connect2(`https://localhost:${port}`, { ca });
        let closed = false;
        session.on("close", () => (closed = true));
        const status = () =>
            new Promise<number>((resolve, reject) => {
                const stream = session.request({ ":path": "/" });
                stream.on("response", (headers) => resolve(headers[":status"] ?? 0));
                stream.on("error", reject);
                stream.resume();
            });
        expect(await status()).to.equal(200);
        const next = inputs({ https: true, domains: ["new.example.test"] });
        expect((await kind.apply("edge", next, call)).ports["https"]).to.equal(port);
        expect((await secure("new.example.test")).status).to.equal(200);
        expect(await secure("shop.example.test").catch((error: NodeJS.ErrnoException) => error.code)).to.equal(
            "ERR_TLS_CERT_ALTNAME_INVALID",
        );
        expect(await status()).to.equal(200);
        expect((await ask(plain)).status).to.equal(200);
        await kind.apply("edge", inputs({ https: false }), call);
        await until(() => closed);
        expect((await ask(plain)).status).to.equal(200);
    });
});
