import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import * as cloudrunv2 from "@pulumi/gcp/cloudrunv2";
import { Container, Job, Log, VM } from "../../components";
import { wordsOf, whenFailed } from "../../providers/gcp/failed";
import type { Ask } from "../../providers/gcp/google-api";
import { lastWords } from "../../providers/gcp/last-words";
import { tryAgain } from "../../providers/gcp/propagation";
import { run } from "../support/mocks";
import { project, region } from "./lens";
import { onGcp } from "./program";

const which = { resourceNames: ["projects/shop"], filter: "f" };
const failure = ["Error 400: Revision 'web-00001' is not ready and cannot serve traffic."];

/** Cloud Logging with the answers that it gives one after the other, and what it was asked. */
function logging(...answers: (object | Error)[]): { ask: Ask; asked: object[] } {
    const asked: object[] = [];
    const ask: Ask = (api, method, path, body) => {
        expect([api, method, path]).to.deep.equal(["logging", "POST", "./entries:list"]);
        asked.push(body!);
        const answer = answers.shift() ?? {};
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    };
    return { ask, asked };
}

describe("What a deployment that fails on GCP says last", () => {
    it("is the newest lines, the oldest of them first", async () => {
        const { ask, asked } = logging({
            entries: [
                { timestamp: "3", jsonPayload: { level: "x" } },
                { timestamp: "2", jsonPayload: { message: "no database" } },
                { timestamp: "1", textPayload: "starts\n" },
            ],
        });
        expect(await lastWords(ask, which, 0)).to.equal('1 starts\n2 no database\n3 {"level":"x"}');
        expect(asked).to.deep.equal([{ ...which, orderBy: "timestamp desc", pageSize: 20 }]);
    });

    it("is waited for, since lines come late; and may be nothing", async () => {
        expect(await lastWords(logging({}, {}, { entries: [{ textPayload: "late" }] }).ask, which, 0)).to.equal(
            " late",
        );
        expect(await lastWords(logging().ask, which, 0)).to.equal("it has said nothing");
    });

    it("is the reason why it cannot be read, where it cannot: the failure is never hidden by another", async () => {
        const said = await lastWords(logging(new Error("403 PERMISSION_DENIED")).ask, which, 0);
        expect(said).to.equal("what it has said cannot be read: 403 PERMISSION_DENIED");
    });

    it("is asked for by what has failed for good, and by nothing else", async () => {
        const told: string[] = [];
        const { error } = pulumi.log;
        try {
            (pulumi.log as { error: unknown }).error = (text: string) => Promise.resolve(void told.push(text));
            await run({}, async () => {
                const job = new cloudrunv2.Job("nightly", { location: "l", template: { template: {} } });
                whenFailed(job, () => Promise.resolve("Error: no database"));
                const type = "gcp:cloudrunv2/job:Job";
                const failed = { name: "nightly", type, failedOperation: "update", errors: failure };
                expect(await tryAgain({ ...failed, name: "other" }, 0)).to.equal(false);
                expect(await tryAgain({ ...failed, failedOperation: "delete" }, 0)).to.equal(false);
                expect(await tryAgain({ ...failed, errors: ["SERVICE_DISABLED"] }, 0)).to.equal(true);
                expect(told).to.deep.equal([]);
                expect(await tryAgain(failed, 0)).to.equal(false);
            });
        } finally {
            (pulumi.log as { error: unknown }).error = error;
        }
        expect(told).to.deep.equal(["nightly has failed. What it said last:\nError: no database"]);
    });

    it("says of several on a machine which one", async () => {
        const jsonPayload = { message: "no database", container: { name: "/api-machine-0a1b2c3d-main" } };
        const said = await lastWords(logging({ entries: [{ timestamp: "1", jsonPayload }] }).ask, which, 0);
        expect(said).to.equal("1 api-machine-0a1b2c3d-main: no database");
    });

    it("is looked for by machines: in the logs of all containers on them", async () => {
        const bodies: Record<string, string | string[]>[] = [];
        const { fetch } = globalThis;
        globalThis.fetch = (_, init) => {
            bodies.push(JSON.parse(String(init?.body)) as Record<string, string>);
            return Promise.resolve(
                new Response(JSON.stringify({ entries: [{ timestamp: "1", textPayload: "said" }] })),
            );
        };
        const image = `x@sha256:${"a".repeat(64)}`;
        const of = (name: string) =>
            wordsOf({ type: "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager", name });
        let asked: Promise<(string | undefined)[]> | undefined;
        try {
            await onGcp(() => {
                const pool = new VM("pool");
                new Container("a", { image, on: pool });
                new Container("b", { image, on: pool, log: new Log("book") });
                new Container("own", { image, exec: true });
                new VM("alone");
                asked = Promise.all(["pool", "own", "alone"].map(of));
            });
            expect(await asked).to.deep.equal(["1 said", "1 said", undefined]);
        } finally {
            globalThis.fetch = fetch;
        }
        const [pool, own] = bodies.sort((one, other) => other.resourceNames.length - one.resourceNames.length);
        expect(pool.resourceNames).to.have.length(3);
        expect(pool.filter).to.match(
            /^\(\(logName.*a-machine-0a1b2c3d-"\) OR \(.*b-machine-0a1b2c3d-"\)\) AND timestamp/,
        );
        expect(own.resourceNames).to.have.length(2);
        expect(own.filter).to.match(/^\(logName:"gcplogs-docker-driver" AND .*own-machine-0a1b2c3d-"\) AND timestamp/);
    }).timeout(60_000);

    it("is looked for by services, worker pools and jobs: among the project's lines, and in their own log", async () => {
        const asked: { url: string; body: Record<string, string | string[]> }[] = [];
        const { fetch } = globalThis;
        const answer = JSON.stringify({ entries: [{ timestamp: "1", textPayload: "said" }] });
        globalThis.fetch = (url, init) => {
            asked.push({ url: String(url as URL), body: JSON.parse(String(init?.body)) as Record<string, string> });
            return Promise.resolve(new Response(answer));
        };
        try {
            await onGcp(async () => {
                new Container("web", { build: "./app", port: 80 });
                new Container("worker", { build: "./app" });
                new Job("nightly", { build: "./app" });
                const of = (file: string, name: string) => wordsOf({ type: `gcp:cloudrunv2/${file}`, name });
                for (const words of [
                    of("service:Service", "web"),
                    of("workerPool:WorkerPool", "worker"),
                    of("job:Job", "nightly"),
                ])
                    expect(await words).to.equal("1 said");
            });
        } finally {
            globalThis.fetch = fetch;
        }
        expect(asked.map(({ url }) => url)).to.deep.equal(
            Array.from({ length: 3 }, () => "https://logging.googleapis.com/v2/entries:list"),
        );
        const filters = asked.map(({ body }) => body.filter).sort();
        expect(filters[0]).to.match(
            /^\(resource.type="cloud_run_job" AND resource.labels.job_name="nightly-\w+"\) AND timestamp>="20/,
        );
        expect(filters[1]).to.match(/"cloud_run_revision" AND resource.labels.service_name="web-\w+"/);
        expect(filters[2]).to.match(/"cloud_run_worker_pool" AND resource.labels.worker_pool_name="worker-\w+"/);
        for (const { body } of asked)
            expect(
                [body.resourceNames].flat().map((name) => name.replace(/buckets\/[\w-]+/, "buckets/x")),
            ).to.deep.equal([
                `projects/${project}`,
                `projects/${project}/locations/${region}/buckets/x/views/_AllLogs`,
            ]);
    }).timeout(60_000);
});
