import * as pulumi from "@pulumi/pulumi";
import type * as cloudrunv2 from "@pulumi/gcp/cloudrunv2";
import * as cloudscheduler from "@pulumi/gcp/cloudscheduler";
import * as workflows from "@pulumi/gcp/workflows";
import type { JobSpec } from "../../components/job";
import type { Site } from "../../components/site";
import { encryptionKey } from "./encryption";
import type { Statement } from "./grants";
import { deletion } from "./guard";
import { jobSteps } from "./job-steps";
import { labels } from "./labels";
import { named } from "./names";
import { projectOf } from "./project";
import { role } from "./role";

/**
 * Starts a run when it is time. Cloud Scheduler by itself knows nothing of a run that is going on: unless runs may overlap,
 * it starts a workflow, which looks first.
 */
export function runOnSchedule(site: Site, cron: string, spec: JobSpec, job: cloudrunv2.Job): void {
    const { region, id: project } = projectOf(site);
    const on = { job: { name: job.name, location: region } };
    const path = pulumi.interpolate`projects/${project}/locations/${region}/jobs/${job.name}`;
    const looks = spec.concurrency !== "allow";
    const runner = looks ? workflow(site, spec, path, on) : undefined;
    const starter = role(site, "starter", {
        description: `Starts ${site.name} when it is time`,
        may: runner
            ? [{ to: site.name, role: "roles/workflows.invoker", on: { project: true } }]
            : [{ to: site.name, role: "roles/run.invoker", on }],
    });
    const uri = runner
        ? pulumi.interpolate`https://workflowexecutions.googleapis.com/v1/${runner.id}/executions`
        : pulumi.interpolate`https://run.googleapis.com/v2/${path}:run`;
    site.make(
        "schedule",
        cloudscheduler.Job,
        {
            ...named(site, "schedule", 500),
            description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            region,
            schedule: cron,
            timeZone: spec.timeZone,
            attemptDeadline: "180s",
            // What could not be started for an hour is left out: by then it may be time again.
            retryConfig: {
                retryCount: 5,
                minBackoffDuration: "5s",
                maxBackoffDuration: "600s",
                maxRetryDuration: "3600s",
                maxDoublings: 5,
            },
            httpTarget: {
                uri,
                httpMethod: "POST",
                headers: { "Content-Type": "application/json" },
                body: Buffer.from("{}").toString("base64"),
                oauthToken: {
                    serviceAccountEmail: starter.email,
                    scope: "https://www.googleapis.com/auth/cloud-platform",
                },
            },
            ...unguarded(site),
        },
        { dependsOn: starter.policies },
    );
}

/** What looks whether a run is going on, and then starts one, or not. */
function workflow(site: Site, spec: JobSpec, path: pulumi.Output<string>, on: Statement["on"]): workflows.Workflow {
    const encryption = encryptionKey(site, undefined, "workflows");
    const runner = role(site, "runner", {
        description: `Runs ${site.name}`,
        may: [
            { to: site.name, role: "roles/run.viewer", on },
            // It starts runs, and cancels them.
            { to: site.name, role: "roles/run.jobsExecutor", on },
        ],
    });
    return site.make(
        "workflow",
        workflows.Workflow,
        {
            ...named(site, "workflow", 63),
            description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            region: projectOf(site).region,
            serviceAccount: runner.email,
            callLogLevel: "LOG_ERRORS_ONLY",
            cryptoKeyName: encryption.name,
            deletionProtection: false,
            sourceContents: path.apply((job) => jobSteps(job, spec.concurrency)),
            labels: labels(site),
            ...unguarded(site),
        },
        { dependsOn: [...runner.policies, ...encryption.ready] },
    );
}

function unguarded(site: Site) {
    return deletion({ settings: { ...site.settings, protect: false } });
}
