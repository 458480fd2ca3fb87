import { expect } from "chai";
import { readFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { connect as connect2, constants } from "node:http2";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { balancerKind } from "../../agent/balancer/balancer";
import { ask, call, inputs, service, target, testHost, until } from "./support";

describe("balancer: clients and targets that break off at any point", () => {
    it("neither fails as a whole nor leaks a connection, over HTTP/1, HTTP/2 and WebSocket", async function () {
        this.timeout(60_000);
        const host = testHost();
        const kind = balancerKind(host);
        const server = createServer((req, res) => {
            res.on("error", () => undefined);
            const [, how = ""] = (req.url ?? "").split("/");
            if (how === "early") {
                res.end("x".repeat(50_000));
            } else if (how === "reset") {
                setTimeout(() => req.socket.resetAndDestroy(), Math.random() * 10);
            } else if (how === "half") {
                res.write("x".repeat(Math.random() * 100_000));
                setTimeout(() => req.socket.destroy(), Math.random() * 10);
            } else {
                req.on("data", (data: Buffer) => res.writableEnded || res.write(data));
                setTimeout(() => res.end(), Math.random() * 30);
            }
        });
        server.on("upgrade", (_req, socket) => {
            socket.on("error", () => undefined);
            socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            setTimeout(() => socket.destroy(), Math.random() * 20);
        });
        let open = 0;
        server.on("connection", (socket) => {
            open++;
            socket.on("close", () => open--);
        });
        const web = await target("web/1", server);
        host.endpoints.publish(service, [web]);
        const routes = [{ service }, { path: "/none", service: "Container/none/http" }];
        const { ports, certificateAuthority } = await kind.apply(
            "edge",
            inputs({ https: true, routes, accessLog: "log" }),
            call,
        );
        const faults: unknown[] = [];
        const take = (error: unknown) => faults.push(error);
        process.on("uncaughtException", take).on("unhandledRejection", take);
        const paths = ["/early", "/reset", "/half", "/none", "/echo"];
        const any = <T>(list: readonly T[]) => list[Math.floor(Math.random() * list.length)] as T;
        const first = async () => {
            const method = any(["GET", "PUT", "POST"]);
            const made = request({ host: "127.0.0.1", port: ports["http"], path: any(paths), method, agent: false });
            made.on("error", () => undefined).on("response", (res) => res.on("error", () => undefined).resume());
            if (method !== "GET") {
                made.write("x".repeat(Math.random() * 200_000));
            }
            await pause(Math.random() * 20);
            made.destroy();
        };
        const session = connect2(`https://localhost:${ports["https"]}`, {
            ca: readFileSync(certificateAuthority as string),
        });
        session.on("error", take);
        const second = async () => {
            const method = any(["GET", "POST"]);
            const stream = session.request({ ":path": any(paths), ":method": method }, { endStream: method === "GET" });
            stream.on("error", () => undefined).resume();
            if (method === "POST") {
                stream.write("x".repeat(Math.random() * 200_000));
            }
            await pause(Math.random() * 20);
            stream.close(constants.NGHTTP2_CANCEL);
        };
        const third = async () => {
            const socket = connect(ports["http"]!, "127.0.0.1");
            socket.on("error", () => undefined).resume();
            socket.write(
                `GET ${any(["/", "/none"])} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nmore`,
            );
            await pause(Math.random() * 20);
            any([() => socket.destroy(), () => socket.resetAndDestroy(), () => socket.end()])();
        };
        try {
            for (let round = 0; round < 40; round++) {
                await Promise.all([first, first, first, second, second, second, third, third].map((one) => one()));
            }
            session.close();
            await until(() => host.gauges.get("http_active_connections edge") === 0, 10_000);
            expect((await ask(ports["http"]!, "/early")).status).to.equal(200);
            expect(faults).to.deep.equal([]);
            expect(host.reports).to.deep.equal([]);
            host.endpoints.publish(service, [web.drained]);
            await until(() => open === 0, 3000);
        } finally {
            process.off("uncaughtException", take).off("unhandledRejection", take);
            session.destroy();
            await kind.remove("edge", inputs({ https: true }));
            await web.close();
            host.clean();
        }
    });
});
