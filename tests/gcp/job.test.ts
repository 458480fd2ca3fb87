import { expect } from "chai";
import { Blob, Job, type JobArgs } from "../../components";
import { jobSteps } from "../../providers/gcp/job-steps";
import { value } from "../support/mocks";
import { project, region } from "./lens";
import { onGcp } from "./program";

const image = `docker.io/acme/report@sha256:${"a".repeat(64)}`;
const end = "0a1b2c3d";
const account = (key: string) => `serviceAccount:report-${key}-${end}@${project}.iam.gserviceaccount.com`;

const made = (args: Partial<JobArgs>) => onGcp(() => new Job("report", { image, ...args }));

interface Step {
    [name: string]: Record<string, unknown>;
}

const stepsOf = (source: string) => (JSON.parse(source) as { main: { steps: Step[] } }).main.steps;
const named = (source: string) => stepsOf(source).flatMap((step) => Object.keys(step));

describe("Job on GCP", () => {
    it("is a job of Cloud Run with its own account, its timeout and its attempts", async () => {
        const { inputs, names, result } = await onGcp(
            () =>
                new Job("report", {
                    image,
                    command: ["node", "report.js"],
                    env: { A: "b" },
                    uses: [new Blob("out")],
                    cpu: 1,
                    memory: 2048,
                    timeout: 600,
                    retries: 5,
                }),
        );
        const job = inputs("Job", "report");
        expect(job).to.deep.include({
            name: `report-${end}`,
            location: region,
            deletionProtection: false,
            deletionPolicy: "DELETE",
        });
        expect(job).to.not.have.any.keys("runExecutionToken", "startExecutionToken", "description");
        const { template, ...whole } = job.template as { template: Record<string, unknown> };
        expect(whole).to.deep.include({ taskCount: 1, parallelism: 1 });
        expect(template).to.deep.include({
            serviceAccount: account("account").slice("serviceAccount:".length),
            executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
            encryptionKey: "stack-key",
            timeout: "600s",
            maxRetries: 5,
            volumes: [],
        });
        expect((template.containers as object[])[0]).to.deep.include({
            name: "main",
            image,
            args: ["node", "report.js"],
            envs: [
                { name: "OUT_URL", value: "gs://out" },
                { name: "OUT_BUCKET", value: "out" },
                { name: "A", value: "b" },
            ],
            resources: { limits: { cpu: "1", memory: "2048Mi" } },
        });
        expect(inputs("BucketIAMMember", "report-bucketGrant-out-storage-objectuser")).to.include({
            role: "roles/storage.objectUser",
            member: account("account"),
        });
        expect(await value(result.id)).to.equal("report");
        expect(await value(result.lastRun)).to.equal(undefined);
        expect(names("Workflow")).to.deep.equal([]);
        expect(inputs("ProjectSink", "report-log-sink").filter).to.include(
            `resource.type="cloud_run_job" AND resource.labels.job_name="report-${end}"`,
        );
        expect(result.gauge("failures").native).to.include({
            metric: "run.googleapis.com/job/completed_execution_count",
            kind: "delta",
        });
    });

    it("runs once at a change, under a name by what it is, and the deployment waits for its end", async () => {
        const { inputs, names, result } = await made({ once: true });
        expect(inputs("Job", "report").runExecutionToken).to.equal(end);
        expect(names("Job")).to.deep.equal(["report"]); // no schedule
        expect(await value(result.lastRun)).to.deep.equal({
            id: "report-run",
            ended: "2026-11-21T09:30:00.000Z",
            outcome: "succeeded",
            exitCode: 0,
        });
        // Its end is another one whenever the job is: also when it is again what it once was.
        const keepers = (of: typeof inputs) => (of("RandomId", "report-run").keepers as { of: string }).of;
        expect(keepers(inputs)).to.match(/^[0-9a-f]{64}$/);
        expect(keepers((await made({ once: true })).inputs)).to.equal(keepers(inputs));
        expect(keepers((await made({ once: true, env: { A: "b" } })).inputs)).to.not.equal(keepers(inputs));
    });

    it("is started when it is time by a workflow that looks first, each of the two as itself", async () => {
        const { inputs, names } = await made({ schedule: "0 3 * * 1-5", timeZone: "Europe/Berlin" });
        expect(inputs("Job", "report-schedule")).to.deep.include({
            region,
            schedule: "0 3 * * 1-5",
            timeZone: "Europe/Berlin",
            attemptDeadline: "180s",
            deletionPolicy: "DELETE",
            retryConfig: {
                retryCount: 5,
                minBackoffDuration: "5s",
                maxBackoffDuration: "600s",
                maxRetryDuration: "3600s",
                maxDoublings: 5,
            },
            httpTarget: {
                uri: "https://workflowexecutions.googleapis.com/v1/report-workflow/executions",
                httpMethod: "POST",
                headers: { "Content-Type": "application/json" },
                body: Buffer.from("{}").toString("base64"),
                oauthToken: {
                    serviceAccountEmail: account("starter").slice("serviceAccount:".length),
                    scope: "https://www.googleapis.com/auth/cloud-platform",
                },
            },
        });
        expect(inputs("Workflow", "report-workflow")).to.deep.include({
            region,
            serviceAccount: account("runner").slice("serviceAccount:".length),
            callLogLevel: "LOG_ERRORS_ONLY",
            cryptoKeyName: "stack-key",
            deletionProtection: false,
            deletionPolicy: "DELETE",
        });
        // Workflows know neither policies of their own nor conditions.
        expect(names("IAMMember")).to.have.length(1);
        const [starts] = names("IAMMember").map((name) => inputs("IAMMember", name));
        expect(starts).to.include({ role: "roles/workflows.invoker", member: account("starter") });
        expect(names("JobIamMember").map((name) => inputs("JobIamMember", name))).to.deep.equal(
            ["roles/run.viewer", "roles/run.jobsExecutor"].map((role) => ({
                name: `report-${end}`,
                location: region,
                role,
                member: account("runner"),
            })),
        );
        const source = inputs("Workflow", "report-workflow").sourceContents as string;
        expect(source).to.equal(jobSteps(`projects/${project}/locations/${region}/jobs/report-${end}`, "forbid"));
    });

    it("leaves a run out while one is going on, or ends that one", () => {
        const path = "projects/p/locations/l/jobs/j";
        const forbid = jobSteps(path, "forbid");
        expect(named(forbid)).to.deep.equal(["begin", "look", "each", "leave", "start", "done"]);
        expect(stepsOf(forbid)[3].leave.switch).to.deep.equal([
            { condition: "${busy}", return: "left out: a run is going on" },
        ]);
        const replace = jobSteps(path, "replace");
        expect(named(replace)).to.deep.equal(["begin", "look", "each", "start", "done"]);
        expect(JSON.stringify(stepsOf(replace)[2])).to.include(":cancel");
        expect(forbid).to.not.include(":cancel");
        for (const source of [forbid, replace]) expect(source).to.include(`https://run.googleapis.com/v2/${path}:run`);
    });

    it("is started by the schedule itself where runs may overlap", async () => {
        const { inputs, names } = await made({ schedule: "*/5 * * * *", concurrency: "allow" });
        expect(names("Workflow")).to.deep.equal([]);
        expect(names("IAMMember")).to.deep.equal([]);
        expect((inputs("Job", "report-schedule").httpTarget as { uri: string }).uri).to.equal(
            `https://run.googleapis.com/v2/projects/${project}/locations/${region}/jobs/report-${end}:run`,
        );
        expect(inputs("JobIamMember", "report-jobGrant-report-run-invoker")).to.include({
            role: "roles/run.invoker",
            member: account("starter"),
        });
    });

    it("takes names of 1 to 40 characters, and can be previewed", async () => {
        for (const name of ["a", "b".repeat(40)]) {
            const { inputs } = await onGcp(
                () => void new Job(name, { image, schedule: "0 3 * * *" }),
                {},
                { preview: name === "a" },
            );
            expect(inputs("Job", name)).to.have.property("template");
        }
    });
});
