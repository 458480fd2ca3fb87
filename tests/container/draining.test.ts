import { expect } from "chai";
import { balancers } from "../../agent/balancer/engine";
import { containerKind } from "../../agent/container/container";
import { type ContainerInputs, type ContainerOutputs } from "../../agent/container/inputs";
import { Whole } from "../agent/whole";
import { failuresOf, startLoad } from "../load/loads";
import { until } from "../process/host";

/**
 * A server which ends at SIGTERM as rudely as one can: it resets whatever is connected. So each request that is sent to it
 * too late, or cut off too early, is a request that failed.
 */
const rude = (version: string, more = "", most = 30) => `
    const { createHash } = require("node:crypto");
    const { createServer } = require("node:http");
    const sockets = new Set();
    const started = Date.now();
    let live = true;
    const server = createServer((request, response) => {
        if (request.url === "/live") return response.writeHead(live ? 200 : 500).end();
        const digest = createHash("sha256");
        request.on("data", (part) => digest.update(part)).on("end", () =>
            setTimeout(() => response.end(JSON.stringify({ version: "${version}", digest: digest.digest("hex") })), ${most} * Math.random()));
    });
    server.on("connection", (socket) => {
        sockets.add(socket);
        socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    });
    process.on("SIGTERM", () => {
        server.close();
        sockets.forEach((socket) => socket.resetAndDestroy());
        process.exit(0);
    });
    server.listen(process.env.PORT, process.env.HOST);
    ${more}`;

describe("container/draining: no request fails, with a server that cuts off what is open when it is told to end,", function () {
    this.timeout(90_000);
    let whole: Whole;
    let stutter: NodeJS.Timeout;
    beforeEach(() => {
        whole = new Whole();
        const bake = { create: 0.2, soak: 1.5, update: 0.5 };
        Object.assign(whole.kind("Container"), containerKind(whole.host, balancers(whole.host), bake));
        // The agent's own loop is late now and then, as on a machine with too much to do.
        stutter = setInterval(() => {
            for (const end = performance.now() + 40; performance.now() < end;);
        }, 150);
    });
    afterEach(async () => {
        clearInterval(stutter);
        await whole.end();
    });

    const apply = async (script: string, more: Partial<ContainerInputs> = {}): Promise<string> => {
        const inputs = await whole.container("web", script, { replicas: { min: 2, max: 2 }, ...more });
        return (await whole.apply<ContainerOutputs>("Container", "web", inputs)).internalUrls["http"] ?? "";
    };
    const refusal = (script: string, more: Partial<ContainerInputs> = {}): Promise<string> =>
        apply(script, more).then(
            () => expect.fail("it was applied"),
            (error: Error) => error.message,
        );
    const targets = () => whole.host.endpoints.targets("Container/web/http");
    const ends = (script: string) => `setTimeout(() => { ${script} }, 800);`;

    /** What a load saw meanwhile. */
    const under = async (url: string, change: () => Promise<unknown>): Promise<string[]> => {
        const load = await startLoad(url, 200);
        try {
            await change();
        } finally {
            await load.end();
        }
        const report = await load.end();
        expect(failuresOf(report)).to.deep.equal({});
        expect(report.requests).to.be.greaterThan(100);
        return Object.keys(report.versions);
    };

    it("when one version follows the other, and when there are more and fewer of it", async () => {
        const url = await apply(rude("1"));
        const versions = await under(url, async () => {
            await apply(rude("2"));
            await apply(rude("2"), { replicas: { min: 4, max: 4 } });
            await apply(rude("2"), { replicas: { min: 1, max: 1 } });
            await apply(rude("3"));
            await until(() => targets().length === 2);
        });
        expect(versions).to.deep.equal(["1", "2", "3"]);
    });

    it("when a version is ready and then crashes: nobody was sent to it", async () => {
        const url = await apply(rude("1"));
        const versions = await under(url, async () => {
            expect(await refusal(rude("2", ends(`process.abort()`)))).to.match(
                /web\/3: was ready, and then it ended with signal SIGABRT/,
            );
        });
        expect(versions).to.deep.equal(["1"]);
    });

    it("when a version is ready and then ready no more: nobody was sent to it", async () => {
        const url = await apply(rude("1"));
        const readiness = {
            path: "/live",
            intervalSeconds: 0.2,
            timeoutSeconds: 1,
            failures: 2,
            initialDelaySeconds: 0,
        };
        const versions = await under(url, async () => {
            expect(await refusal(rude("2", ends(`live = false`)), { health: { readiness } })).to.match(
                /web\/3: was ready, and then its check did not pass: GET \/live: status 500/,
            );
        });
        expect(versions).to.deep.equal(["1"]);
    });

    it("when the second replica of a version cannot start, and the first one has served", async () => {
        const url = await apply(rude("1", "", 300));
        const fails = `if (process.env.MVI_REPLICA === "4") process.exit(3);`;
        await under(url, async () => {
            expect(await refusal(fails + rude("2", "", 300))).to.match(/web\/4: it ended with exit code 3/);
            await until(() => targets().length === 2);
        });
    });

    it("when a replica's liveness check fails, and it serves all the same", async () => {
        const probe = { path: "/live", intervalSeconds: 0.2, timeoutSeconds: 1, failures: 2, initialDelaySeconds: 0 };
        const sick = `if (process.env.MVI_REPLICA === "2") ${ends(`live = false`)}`;
        const url = await apply(rude("1", sick), {
            health: { liveness: probe, readiness: { ...probe, path: "/", failures: 3 } },
        });
        await under(url, async () => {
            await until(() => targets().length === 1, 20_000);
            await until(() => targets().length === 2, 20_000);
        });
    });
});
