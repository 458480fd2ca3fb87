import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { balancerKind } from "../../agent/balancer/balancer";
import type { Target } from "../../agent/kind";
import { call, inputs, service, testHost } from "./support";

/** A target in a process of its own, which ends its running requests on SIGTERM, as a container should. */
const source = `
const server = require("http").createServer((req, res) => {
    req.resume().on("end", () => setTimeout(() => res.end("ok"), Math.random() * 10));
});
process.on("SIGTERM", () => { server.close(() => process.exit(0)); });
server.listen(0, "127.0.0.1", () => process.send(server.address().port));`;

/** The client in a process of its own: \`rate\` requests per second at most, a third of them POST, until told to stop. */
const load = `
const http = require("http");
const [port, rate] = process.argv.slice(1).map(Number);
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const times = [], failures = {};
let sent = 0, done = 0, stopped = false;
const fail = (what) => { failures[what] = (failures[what] || 0) + 1; };
const one = () => {
    const started = performance.now(), method = sent++ % 3 === 0 ? "POST" : "GET";
    const asked = http.request({ host: "127.0.0.1", port, method, agent, path: "/" + sent }, (res) => {
        res.resume();
        res.on("error", (error) => { done++; fail(method + " " + error.code); });
        res.on("end", () => { done++; res.statusCode === 200 ? times.push(performance.now() - started) : fail(method + " " + res.statusCode); });
    });
    asked.on("error", (error) => { done++; fail(method + " " + error.code); });
    asked.end(method === "POST" ? "x".repeat(1000) : undefined);
};
const began = performance.now();
const tick = setInterval(() => {
    // On a busy machine it asks less often, in place of ever more at once.
    while (!stopped && sent - done < 64 && sent < (performance.now() - began) / 1000 * rate) one();
    if (stopped && done === sent) {
        clearInterval(tick);
        times.sort((a, b) => a - b);
        const at = (q) => times[Math.floor(times.length * q)];
        process.send({ sent, failures, seconds, p50: at(0.5), p99: at(0.99), most: times.at(-1) }, () => process.exit(0));
    }
}, 5);
let seconds;
process.on("message", () => { stopped = true; seconds = (performance.now() - began) / 1000; });`;

interface Result {
    sent: number;
    failures: Record<string, number>;
    seconds: number;
    p50: number;
    p99: number;
    most: number;
}

describe("balancer: rolling replacement", () => {
    it("fails no request while all targets are replaced several times, GET nor POST", async function () {
        this.timeout(120_000);
        const host = testHost();
        const kind = balancerKind(host);
        const children = new Set<ChildProcess>();
        const start = (code: string, args: string[] = []) => {
            const child = spawn(process.execPath, ["-e", code, ...args], {
                stdio: ["ignore", "ignore", "inherit", "ipc"],
            });
            children.add(child);
            child.on("exit", () => children.delete(child));
            return child;
        };
        const said = <T>(child: ChildProcess) =>
            new Promise<T>((resolve) => child.once("message", (message) => resolve(message as T)));
        const replica = async (id: string) => {
            const child = start(source);
            return {
                child,
                target: { id, host: "127.0.0.1", port: await said<number>(child), draining: false } as Target,
            };
        };
        try {
            const { ports } = await kind.apply("edge", inputs(), call);
            let serving: Awaited<ReturnType<typeof replica>>[] = await Promise.all([
                replica("web/1"),
                replica("web/2"),
            ]);
            host.endpoints.publish(
                service,
                serving.map(({ target }) => target),
            );
            const drive = async (port: number, during: () => Promise<unknown>) => {
                const client = start(load, [String(port), "600"]);
                await during();
                client.send("stop");
                return said<Result>(client);
            };
            // What the machine gives now, without a balancer and without replacements, to compare with.
            const direct = await drive(serving[0]!.target.port, () => pause(1500));
            let replaced = 0;
            const result = await drive(ports["http"]!, async () => {
                await pause(500);
                const until = Date.now() + 6000;
                while (Date.now() < until || replaced < 6) {
                    const old = serving[replaced % 2]!;
                    const fresh = await replica(old.target.id);
                    serving = serving.map((one) => (one === old ? fresh : one));
                    const now = serving.map(({ target }) => target);
                    host.endpoints.publish(service, [...now, { ...old.target, draining: true }]);
                    await pause(100);
                    const exited = new Promise((resolve) => old.child.once("exit", resolve));
                    old.child.kill("SIGTERM");
                    await exited;
                    host.endpoints.publish(service, now);
                    replaced++;
                }
            });
            const rate = result.sent / result.seconds;
            const { sent, p50, p99, most } = result;
            console.log(
                `      ${sent} requests at ${rate.toFixed(0)}/s over ${replaced} replacements: ` +
                    `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${most.toFixed(0)} ms; directly, without replacements: ` +
                    `p50 ${direct.p50.toFixed(1)} ms, p99 ${direct.p99.toFixed(1)} ms`,
            );
            expect(result.failures).to.deep.equal({});
            expect(rate).to.be.greaterThan((direct.sent / direct.seconds) * 0.5); // 600 a second, if the machine has that to give
        } finally {
            children.forEach((child) => child.kill("SIGKILL"));
            await kind.remove("edge", inputs());
            host.clean();
        }
    });

    it("has an overhead that is known: requests per second through it and directly, in turns", async function () {
        this.timeout(60_000);
        const host = testHost();
        const kind = balancerKind(host);
        const child = spawn(
            process.execPath,
            ["-e", source.replace('setTimeout(() => res.end("ok"), Math.random() * 10)', 'res.end("ok")')],
            {
                stdio: ["ignore", "ignore", "inherit", "ipc"],
            },
        );
        try {
            const port = await new Promise<number>((resolve) =>
                child.once("message", (message) => resolve(message as number)),
            );
            host.endpoints.publish(service, [{ id: "web/1", host: "127.0.0.1", port, draining: false }]);
            const { ports } = await kind.apply("edge", inputs(), call);
            const rates: Record<string, number[]> = {};
            for (let round = 0; round < 3; round++) {
                for (const [name, at, method] of [
                    ["direct", port, "GET"],
                    ["through", ports["http"]!, "GET"],
                    ["post", ports["http"]!, "POST"],
                ] as const) {
                    (rates[name] ??= []).push(await rateOf(at, method, 1000));
                }
            }
            const best = (name: string) => Math.max(...rates[name]!);
            console.log(
                `      direct ${best("direct").toFixed(0)}/s, through ${best("through").toFixed(0)}/s ` +
                    `(${(best("through") / best("direct")).toFixed(2)}), POST through ${best("post").toFixed(0)}/s; client and balancer share one process`,
            );
            // Not a target, but a guard against a blunder: on the machines it was measured on it is five times as fast; on a
            // busy one, which gives neither its time, they are closer together.
            expect(best("through")).to.be.greaterThan(Math.min(300, best("direct") * 0.2));
        } finally {
            child.kill("SIGKILL");
            await kind.remove("edge", inputs());
            host.clean();
        }
    });
});

/** Requests per second of 16 clients over kept connections. */
async function rateOf(port: number, method: string, ms: number): Promise<number> {
    const agent = new Agent({ keepAlive: true });
    const until = performance.now() + ms;
    let count = 0;
    const lane = async () => {
        while (performance.now() < until) {
            await new Promise<void>((resolve, reject) => {
                request({ host: "127.0.0.1", port, method, agent }, (res) => res.resume().on("end", resolve))
                    .on("error", reject)
                    .end();
            });
            count++;
        }
    };
    await Promise.all(Array.from({ length: 16 }, lane));
    agent.destroy();
    return count / (ms / 1000);
}
