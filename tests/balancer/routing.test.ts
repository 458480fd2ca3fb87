import { expect } from "chai";
import { request } from "node:http";
import { connect } from "node:net";
import { balancerKind } from "../../agent/balancer/balancer";
import { Clients, hostName, isOurs } from "../../agent/balancer/clients";
import { faultsOf } from "../../agent/balancer/inputs";
import { locationOf, RouteTable } from "../../agent/balancer/routes";
import { ask, call, echo, inputs, raw, service, testHost, until } from "./support";

describe("balancer: routes", () => {
    const table = new RouteTable([
        { service: "any" },
        { path: "/api", service: "api" },
        { path: "/api/v2/", service: "v2" },
        { host: "*.shop.test", service: "wild" },
        { host: "*.eu.shop.test", service: "eu" },
        { host: "a.shop.test", service: "exact" },
        { host: "a.shop.test", path: "/api", service: "exact-api" },
    ]);
    for (const [host, path, wanted] of [
        ["localhost", "/", "any"],
        ["localhost", "/api", "api"],
        ["localhost", "/api/x", "api"],
        ["localhost", "/apis", "any"],
        ["localhost", "/api/v2/x", "v2"],
        ["localhost", "/api/v2", "api"],
        ["b.shop.test", "/api", "wild"],
        ["b.eu.shop.test", "/", "eu"],
        ["shop.test", "/", "any"],
        ["evilshop.test", "/", "any"],
        ["a.shop.test", "/x", "exact"],
        ["a.shop.test", "/api/x", "exact-api"],
    ] as const) {
        it(`sends ${host}${path} to ${wanted}`, () => expect(table.find(host, path)?.service).to.equal(wanted));
    }

    it("builds locations, and never one on another host", () => {
        const redirect = { to: "https://x.test{path}{query}", status: 301 } as const;
        expect(locationOf(redirect, "/a/$&", "?b=1")).to.equal("https://x.test/a/$&?b=1");
        expect(locationOf({ to: "{path}", status: 301 }, "/a", "")).to.equal("/a");
        expect(locationOf({ to: "/{path}", status: 301 }, "//evil.test", "")).to.equal("/evil.test");
    });

    it("reads Host headers", () => {
        expect(hostName("Shop.Test.:80")).to.equal("shop.test");
        expect(hostName("[::1]:80")).to.equal("[::1]");
        expect([undefined, "", "a b", "a:b", "a@b", "a/b"].map(hostName)).to.deep.equal(Array(6).fill(undefined));
        expect(isOurs("x.localhost", [])).to.equal(true);
        expect(isOurs("localhost.evil.test", [])).to.equal(false);
        expect(isOurs("127.0.0.1.evil.test", ["x.test"])).to.equal(false);
    });

    it("knows ranges of addresses", () => {
        const clients = new Clients(["10.0.0.0/8", "192.168.1.7", "fd00::/8"]);
        expect(["10.1.2.3", "::ffff:10.1.2.3", "192.168.1.7", "fd12::1"].every((one) => clients.allows(one))).to.equal(
            true,
        );
        expect(["11.1.2.3", "192.168.1.8", "fe80::1", "", undefined].some((one) => clients.allows(one))).to.equal(
            false,
        );
    });

    it("names every fault of the inputs", () => {
        const faults = faultsOf(
            inputs({
                http: false,
                redirectToHttps: true,
                domains: ["http://x"],
                routes: [
                    {},
                    { path: "x", service },
                    { service },
                    { path: "/", service },
                    { redirect: { to: "//x", status: 301 } },
                ],
                tcp: [{ name: "http", service }],
                allow: ["10.0.0.0/33", "x"],
                drainSeconds: -1,
                idleTimeoutSeconds: NaN,
            }),
        );
        expect(faults.map(({ input }) => input)).to.include.members([
            "redirectToHttps",
            "domains[0]",
            "routes[0]",
            "routes[1]",
            "routes[3]",
            "routes[4]",
            "tcp[0]",
            "allow[0]",
            "allow[1]",
            "drainSeconds",
            "idleTimeoutSeconds",
        ]);
        expect(faultsOf(inputs())).to.deep.equal([]);
    });
});

describe("balancer: requests", () => {
    const host = testHost();
    const kind = balancerKind(host);
    let port: number;
    let targets: Awaited<ReturnType<typeof echo>>[];
    before(async () => {
        targets = await Promise.all(["web/1", "web/2"].map(echo));
        host.endpoints.publish(service, targets);
        host.endpoints.publish("Container/api/http", [targets[1]!]);
        const routes = [
            { service },
            { path: "/api", service: "Container/api/http" },
            { path: "/none", service: "Container/none/http" },
            { path: "/old", redirect: { to: "/new{path}{query}", status: 302 } },
            { host: "shop.example.test", path: "/only", service },
            { host: "bare.example.test", path: "/only", service },
        ] as const;
        const outputs = await kind.apply(
            "edge",
            inputs({ routes, domains: ["*.dev.test"], accessLog: "edge-access" }),
            call,
        );
        port = outputs.ports["http"] as number;
        expect(outputs.url).to.equal(`http://localhost:${port}`);
    });
    after(async () => {
        await kind.remove("edge", inputs());
        await Promise.all(targets.map((target) => target.close()));
        host.clean();
    });

    it("spreads over the targets, and adds what a target must know", async () => {
        const got = await Promise.all(Array.from({ length: 20 }, () => ask(port, "/a?b=c")));
        const ids = got.map((one) => one.json().id);
        expect(ids.filter((id) => id === "web/1")).to.have.length(10);
        const { headers } = (
            await ask(port, "/", { headers: { "x-forwarded-for": "9.9.9.9", connection: "x-drop", "x-drop": "1" } })
        ).json();
        expect(headers["x-forwarded-for"]).to.equal("9.9.9.9, 127.0.0.1");
        expect(headers).to.include({
            "x-forwarded-proto": "http",
            "x-forwarded-host": `127.0.0.1:${port}`,
            host: `127.0.0.1:${port}`,
        });
        expect(headers["x-request-id"]).to.match(/^[0-9a-f-]{36}$/);
        expect(headers).to.not.have.property("x-drop");
    });

    it("keeps a request id, and returns it", async () => {
        const got = await ask(port, "/", { headers: { "x-request-id": "abc-1" } });
        expect([got.headers["x-request-id"], got.json().headers["x-request-id"]]).to.deep.equal(["abc-1", "abc-1"]);
        const bad = await ask(port, "/", { headers: { "x-request-id": 'a"b' } });
        expect(bad.headers["x-request-id"]).to.match(/^[0-9a-f-]{36}$/);
    });

    it("answers itself: redirect, 404 with the routes, 503 with Retry-After, 421 for strangers' names", async () => {
        const moved = await ask(port, "/old/x?y=1");
        expect([moved.status, moved.headers.location]).to.deep.equal([302, "/new/old/x?y=1"]);
        const lost = await ask(port, "/x", { headers: { host: "bare.example.test" } });
        expect(lost.status).to.equal(200); // The route of any host takes it.
        const started = Date.now();
        const none = await ask(port, "/none");
        expect([none.status, none.headers["retry-after"]]).to.deep.equal([503, "1"]);
        expect(Date.now() - started).to.be.within(1900, 4000);
        for (const name of ["evil.test", "localhost.evil.test", "dev.test"]) {
            expect((await ask(port, "/", { headers: { host: name } })).status, name).to.equal(421);
        }
        for (const name of ["localhost", "a.localhost:1", "[::1]", "x.dev.test", "SHOP.example.test"]) {
            expect((await ask(port, "/", { headers: { host: name } })).status, name).to.equal(200);
        }
    });

    it("waits for a target that comes", async () => {
        setTimeout(() => host.endpoints.publish("Container/none/http", [targets[0]!]), 300);
        expect((await ask(port, "/none")).json().id).to.equal("web/1");
        host.endpoints.publish("Container/none/http", []);
    });

    it("refuses what smuggles", async () => {
        const head = "POST / HTTP/1.1\r\nHost: localhost\r\n";
        for (const [what, text] of [
            ["two lengths", `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
            ["length and chunks", `${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
            ["unknown coding", `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
            ["space before colon", `${head}Content-Length : 3\r\n\r\nabc`],
            ["two hosts", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.test\r\n\r\n"],
            ["no host", "GET / HTTP/1.1\r\n\r\n"],
            ["absolute target", "GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n"],
            ["bare line feed in a header", "GET / HTTP/1.1\r\nHost: localhost\r\nA: b\rc\r\n\r\n"],
        ] as const) {
            expect(await raw(port, text, 1500), what).to.match(/^HTTP\/1\.1 400 /);
        }
        expect(await raw(port, `GET / HTTP/1.1\r\nHost: localhost\r\nA: ${"a".repeat(40_000)}\r\n\r\n`)).to.match(
            /^HTTP\/1\.1 431 /,
        );
    });

    it("reads a request again whose offer of h2c it does not take, also with a body", async () => {
        const offer =
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n";
        const answer = await raw(
            port,
            `POST /x HTTP/1.1\r\nHost: localhost\r\n${offer}Content-Length: 5\r\n\r\nhello`,
            500,
        );
        expect(answer).to.match(/^HTTP\/1\.1 200 /);
        expect(answer).to.include('"body":"hello"').and.not.include("h2c");
    });

    it("ends clients that send their head too slowly", async function () {
        this.timeout(20_000);
        const socket = connect(port, "127.0.0.1");
        let text = "";
        socket.on("data", (chunk) => (text += chunk.toString()));
        socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n");
        const drip = setInterval(() => socket.write("A: b\r\n"), 300);
        const started = Date.now();
        await new Promise((resolve) => socket.on("close", resolve).on("error", () => undefined));
        clearInterval(drip);
        expect(text).to.match(/^HTTP\/1\.1 408 /);
        expect(Date.now() - started).to.be.within(9000, 14_000);
    });

    it("listens on ::1 as well", async () => {
        const got = await ask(port, "/", { host: "::1", headers: { host: "[::1]" } });
        expect(got.json().headers["x-forwarded-for"]).to.equal("::1");
    });

    it("writes the access log and metrics, without secrets in the query", async () => {
        host.lines.length = 0;
        host.counts.clear();
        host.observed.length = 0;
        await ask(port, "/a/b?token=secret", { method: "PUT" }, "12345");
        await ask(port, "/", { headers: { host: "evil.test" } });
        await until(() => host.lines.length === 2);
        expect(host.lines[0]!.log).to.equal("edge-access");
        expect(JSON.stringify(host.lines)).to.not.include("secret");
        const entry = JSON.parse(host.lines[0]!.line.text) as Record<string, unknown>;
        expect(entry).to.include({
            method: "PUT",
            path: "/a/b",
            status: 200,
            received: 5,
            client: "127.0.0.1",
            service,
            protocol: "HTTP/1.1",
        });
        expect(entry["target"]).to.match(/^web\/[12]$/);
        expect(entry["sent"]).to.be.greaterThan(100);
        expect(host.counts.get(`http_requests_total edge ${service} 2xx`)).to.equal(1);
        expect(host.counts.get("http_requests_total edge none 4xx")).to.equal(1);
        expect(host.observed.map(({ name }) => name)).to.deep.equal(["http_request_seconds", "http_request_seconds"]);
        await until(() => host.gauges.get("http_active_connections edge") === 0);
    });

    it("lets in only the ranges that may connect, swaps routes at once and keeps its port and connections", async () => {
        const slow = request({ host: "127.0.0.1", port, method: "POST", agent: false });
        slow.write("half");
        await until(() => host.gauges.get("http_active_connections edge") === 1);
        const routes = [{ path: "/new", service }] as const;
        const updated = await kind.apply("edge", inputs({ routes, allow: ["127.0.0.2/32"] }), {
            ...call,
            previous: inputs(),
        });
        expect(updated.ports["http"]).to.equal(port);
        expect((await ask(port, "/new")).status).to.equal(403);
        expect((await ask(port, "/new", { localAddress: "127.0.0.2" })).status).to.equal(200);
        const lost = await ask(port, "/gone", { localAddress: "127.0.0.2" });
        expect(lost.status).to.equal(404);
        expect(lost.body).to.include("any host /new -> Container/web/http");
        const answered = new Promise<number>((resolve) =>
            slow.on("response", (response) => resolve(response.resume().statusCode ?? 0)),
        );
        slow.end("done");
        expect(await answered).to.equal(200);
    });

    it("has the same ports after the agent has stopped and started", async () => {
        const [other, wanted] = [testHost(), inputs({ https: true, tcp: [{ name: "db", service }] })];
        const before = balancerKind(other);
        const outputs = await before.apply("edge", wanted, call);
        await before.stop();
        expect(await before.read("edge", { inputs: wanted, outputs })).to.equal(undefined);
        const after = balancerKind(other);
        expect(await after.apply("edge", wanted, { ...call, previous: wanted, restoring: true })).to.deep.equal(
            outputs,
        );
        await after.remove("edge", wanted);
        expect([...other.ports.keys()]).to.deep.equal([]);
        other.clean();
    });

    it("keeps serving when an update fails, and is gone when removed", async () => {
        const taken = await echo("taken");
        host.ports.set("balancer/edge/db", taken.port);
        const next = inputs({ routes: [], tcp: [{ name: "db", service }] });
        const failed = await kind.apply("edge", next, call).catch((error: Error) => error);
        expect(String(failed)).to.match(/Balancer edge: port \d+ is taken by another program/);
        await taken.close();
        expect((await ask(port, "/new", { localAddress: "127.0.0.2" })).status).to.equal(200);
        const recorded = { inputs: inputs(), outputs: { url: "", address: "127.0.0.1", ports: {} } as const };
        expect(await kind.read("edge", recorded)).to.not.equal(undefined);
        await kind.remove("edge", next);
        expect(await kind.read("edge", recorded)).to.equal(undefined);
        expect([...host.ports.keys()]).to.deep.equal([]);
        await ask(port).then(
            () => expect.fail("it still listens"),
            (error: NodeJS.ErrnoException) => expect(error.code).to.equal("ECONNREFUSED"),
        );
        await kind.remove("edge", next);
    });
});
