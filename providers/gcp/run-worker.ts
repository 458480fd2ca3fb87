import * as pulumi from "@pulumi/pulumi";
import * as cloudrunv2 from "@pulumi/gcp/cloudrunv2";
import type { ContainerSpec } from "../../components/container";
import type { Site } from "../../components/site";
import type { Running } from "./container";
import { gauges } from "./gauges";
import { labels } from "./labels";
import { linesOf, speaks } from "./last-words";
import { collect } from "./log";
import { unique } from "./names";
import { runContainers } from "./run-containers";
import { common, placeOf } from "./run-place";
import { timeouts } from "./run-service";

/** A worker pool of Cloud Run: what has no port runs all the time, in a fixed number, and nobody reaches it. */
export function runWorker(site: Site, spec: ContainerSpec): Running {
    const { sidecars, scale, rollout, stopGrace, log } = spec;
    const place = placeOf(site, spec, sidecars);
    const name = unique(site, undefined, 49);
    const pool = site.make(
        "worker",
        cloudrunv2.WorkerPool,
        {
            ...common(site, name),
            scaling: { manualInstanceCount: scale.min },
            instanceSplits: [{ type: "INSTANCE_SPLIT_ALLOCATION_TYPE_LATEST", percent: 100 }],
            template: {
                labels: labels(site),
                serviceAccount: place.role.email,
                encryptionKey: place.encryptionKey,
                vpcAccess: place.vpcAccess,
                ...runContainers(site, { spec, sidecars }),
            },
        },
        {
            main: true,
            dependsOn: [...place.ready],
            deleteBeforeReplace: true, // Its name is its own.
            customTimeouts: timeouts(rollout.timeout + stopGrace),
        },
    );
    collect(log, linesOf("cloud_run_worker_pool", pool.name));
    speaks(site, pool, { filter: linesOf("cloud_run_worker_pool", name), logs: [log] });
    const run = (metric: string) => `run.googleapis.com/container/${metric}`;
    return {
        resource: pool,
        runs: undefined,
        url: () => {
            throw new pulumi.ResourceError(`Container ${site.name} has no port`, pool, true);
        },
        permits: () => [{}],
        gauges: gauges(
            {
                cpu: { metric: run("cpu/utilizations"), kind: "distribution" },
                memory: { metric: run("memory/utilizations"), kind: "distribution" },
                healthy: { metric: run("instance_count"), kind: "gauge" },
            },
            { resource: "cloud_run_worker_pool", labels: { worker_pool_name: pool.name } },
        ),
    };
}
