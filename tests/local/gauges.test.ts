import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { call } from "../../agent/core/client";
import { type Point } from "../../agent/metric/types";
import { Blob, Container, Database, Job, KV, LoadBalancer, VM } from "../../components";
import { type LocalGauge } from "../../providers/local/grants";
import { until } from "../agent/harness";
import { pulumiHome } from "../plugin/harness";

/** Answers with its environment; with 500 to /broken, with 404 to /none. */
const script = `
    const status = { "/broken": 500, "/none": 404 };
    require("node:http").createServer((request, response) => {
        response.statusCode = status[request.url] ?? 200;
        response.end(JSON.stringify(process.env));
    }).listen(process.env.PORT, process.env.HOST);
`;

describe("the gauges of each component on this machine", function () {
    this.timeout(180_000);
    let home: ReturnType<typeof pulumiHome>;
    const context = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-context-"));
    before(() => {
        home = pulumiHome({ MVI_KINDS: "" });
        fs.writeFileSync(path.join(context, "index.js"), script);
    });
    after(async () => {
        await home.close();
        fs.rmSync(context, { recursive: true });
    });

    it("are series that the agent writes, found by the very dimensions that they name", async () => {
        const gauges: Record<string, LocalGauge> = {};
        const stack = await home.stack(async () => {
            const up = new Blob("up");
            const carts = new KV("carts", { partitionKey: "id" });
            const db = new Database("db", { engine: "postgres" });
            const build = { context };
            const command = ["node", "index.js"];
            const web = new Container("web", { build, command, port: 3000, public: true, uses: [up, carts, db] });
            const front = new LoadBalancer("front", { routes: [{ to: web }] });
            const job = new Job("fails", { build, command: ["node", "-e", "process.exit(1)"] });
            const vm = new VM("vm");
            const all = { up, carts, db, web, front, job, vm };
            for (const [name, component] of Object.entries(all)) {
                const parts = (component as unknown as { parts: { gauges?: Record<string, LocalGauge> } }).parts;
                Object.entries(parts.gauges ?? {}).forEach(([gauge, native]) => (gauges[`${name}.${gauge}`] = native));
            }
            return { web: web.url, front: front.url };
        });
        const { outputs } = await stack.up();
        const env = (await (await fetch(outputs.web.value as string)).json()) as Record<string, string>;
        for (const [page, times] of Object.entries({ "/": 2, "/broken": 3, "/none": 4 })) {
            for (let time = 0; time < times; time++) {
                await (await fetch(`${outputs.front.value}${page}`)).text();
            }
        }
        const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
        const endpoint = (url: string): string => new URL(url).searchParams.get("endpoint")!;
        const s3 = new S3Client({ region: "local", credentials, endpoint: endpoint(env.UP_URL), forcePathStyle: true });
        const kv = new DynamoDBClient({ region: "local", credentials, endpoint: endpoint(env.CARTS_URL) });
        await s3.send(new PutObjectCommand({ Bucket: env.UP_BUCKET, Key: "a", Body: "12345" }));
        await kv.send(new GetItemCommand({ TableName: env.CARTS_TABLE, Key: { id: { S: "x" } } }));
        s3.destroy();
        kv.destroy();
        const { place } = home.agent();
        await call(place, "run", { id: "fails" });

        const value = async (gauge: string, statistic: string): Promise<number | undefined> => {
            const { metric: name, dimensions } = gauges[gauge];
            const window = { from: Date.now() - 300_000, to: Date.now() + 60_000, step: 3600 };
            const points = await call<Point[]>(place, "metrics", { name, dimensions, statistic, ...window });
            return points.map((point) => point.value).findLast((each) => each !== null) ?? undefined;
        };
        expect(Object.keys(gauges).sort()).to.deep.equal([
            "carts.requests",
            "db.connections",
            "db.storage",
            "front.errors",
            "front.latency",
            "front.requests",
            "job.failures",
            "up.bytes",
            "up.objects",
            "vm.cpu",
            "vm.healthy",
            "vm.memory",
            "web.cpu",
            "web.errors",
            "web.healthy",
            "web.latency",
            "web.memory",
            "web.requests",
        ]);
        for (const gauge of Object.keys(gauges)) {
            await until(`${gauge} ${JSON.stringify(gauges[gauge])}`, () => value(gauge, "avg"), 40_000);
        }
        const numbers = {
            "front.requests": await value("front.requests", "sum"),
            "front.errors": await value("front.errors", "sum"),
            "web.requests": await value("web.requests", "sum"),
            "web.errors": await value("web.errors", "sum"),
            "carts.requests": await value("carts.requests", "sum"),
            "up.bytes": await value("up.bytes", "last"),
            "up.objects": await value("up.objects", "last"),
            "web.healthy": await value("web.healthy", "last"),
        };
        expect(numbers).to.deep.equal({
            "front.requests": 9,
            "front.errors": 3,
            "web.requests": 10,
            "web.errors": 3,
            "carts.requests": 1,
            "up.bytes": 5,
            "up.objects": 1,
            "web.healthy": 1,
        });
        await stack.destroy();
    });
});
