import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as cloudrunv2 from "@pulumi/gcp/cloudrunv2";
import { RandomId } from "@pulumi/random";
import type { DriverOf } from "../../components/cloud";
import type { JobRun } from "../../components/job";
import type { Site } from "../../components/site";
import { gauges } from "./gauges";
import { runOnSchedule } from "./job-schedule";
import { labels } from "./labels";
import { linesOf, speaks } from "./last-words";
import { collect } from "./log";
import { unique } from "./names";
import { runContainers } from "./run-containers";
import { common, placeOf } from "./run-place";
import { jsonOf } from "../together";

/** A job of Cloud Run. By hand it is run with `gcloud run jobs execute`. */
export const job: DriverOf<"job"> = (site, spec) => {
    const { schedule, once, timeout, retries, log } = spec;
    const place = placeOf(site, spec);
    const { containers, volumes } = runContainers(site, { spec });
    const template = {
        containers,
        volumes,
        serviceAccount: place.role.email,
        executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
        encryptionKey: place.encryptionKey,
        vpcAccess: place.vpcAccess,
        timeout: `${timeout}s`,
        maxRetries: retries,
    };
    const name = unique(site, undefined, 49);
    const made = site.make(
        "job",
        cloudrunv2.Job,
        {
            ...withoutDescription(common(site, name)),
            // Another one is another run, which the deployment waits for, and fails with.
            runExecutionToken: once ? tokenOf(site, template) : undefined,
            template: { labels: labels(site), taskCount: 1, parallelism: 1, template },
        },
        {
            main: true,
            dependsOn: [...place.ready],
            deleteBeforeReplace: true, // Its name is its own.
            customTimeouts: once ? lasting(timeout * (retries + 1) + 600) : undefined,
        },
    );
    collect(log, linesOf("cloud_run_job", made.name));
    speaks(site, made, { filter: linesOf("cloud_run_job", name), logs: [log] });
    if (schedule !== undefined) runOnSchedule(site, schedule, spec, made);
    return {
        id: made.id,
        lastRun: once ? made.latestCreatedExecutions.apply(runOf) : pulumi.output(undefined),
        gauges: gauges(
            { failures: { metric: "run.googleapis.com/job/completed_execution_count", kind: "delta" } },
            {
                resource: "cloud_run_job",
                labels: { job_name: made.name, result: "failed" },
            },
        ),
    };
};

/** Names a run, another one after each change: back to what was before is a change too, and Google has no two runs of a name. */
function tokenOf(site: Site, template: object): pulumi.Output<string> {
    const whole = pulumi.unsecret(jsonOf(template));
    const of = whole.apply((text) => createHash("sha256").update(text).digest("hex"));
    return site.make("run", RandomId, { byteLength: 4, keepers: { of } }).hex;
}

/** It is there only if the run succeeded: the deployment has failed else. */
function runOf([run]: readonly { name?: string; completionTime?: string }[]): JobRun | undefined {
    if (run?.name === undefined) return undefined;
    const ended = run.completionTime ? { ended: new Date(run.completionTime).toISOString() } : {};
    return { id: run.name, ...ended, outcome: "succeeded", exitCode: 0 };
}

function withoutDescription<T extends { description: string }>({
    description: _,
    ...others
}: T): Omit<T, "description"> {
    return others;
}

function lasting(seconds: number): pulumi.CustomTimeouts {
    return { create: `${seconds}s`, update: `${seconds}s` };
}
