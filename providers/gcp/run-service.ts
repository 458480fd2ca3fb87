import * as pulumi from "@pulumi/pulumi";
import * as cloudrunv2 from "@pulumi/gcp/cloudrunv2";
import type { ContainerSpec } from "../../components/container";
import type { Site } from "../../components/site";
import { Gathered } from "../declared";
import type { Running } from "./container";
import { gauges } from "./gauges";
import { linesOf, speaks } from "./last-words";
import { collect } from "./log";
import { labels } from "./labels";
import { unique } from "./names";
import { probes } from "./probe";
import { projectOf } from "./project";
import { runContainers } from "./run-containers";
import { common, placeOf } from "./run-place";
import { type Entry, portOf } from "./target";

/** What Cloud Run itself aims at: another one is a feature that is not yet for everybody. */
const usualCpu = 60;

/**
 * A service of Cloud Run: it runs while there are requests, and its CPU rests between them. A new version gets requests when
 * it has started; until then, and when it does not, the old one has them, and the deployment fails.
 *
 * Others reach it at its own URL, through the network and with a token that says who asks: see `openService` of runtime/service.ts.
 */
export function runService(site: Site, spec: ContainerSpec, entries: Gathered<Entry>): Running {
    const { sidecars, scale, rollout, stopGrace, log } = spec;
    const port = portOf({ name: site.name, ports: spec.ports });
    const name = unique(site, undefined, 49);
    const { number, region } = projectOf(site);
    // Known before the service: a stack's outputs may wait for it, and the service waits for the program's end (see `Gathered`).
    const host = pulumi.interpolate`${name}-${number}.${region}.run.app`;
    const uri = pulumi.interpolate`https://${host}`;
    const place = placeOf(site, spec, sidecars);
    const { containers, volumes } = runContainers(site, { spec, port, sidecars });
    const first = { ports: { name: "http1", containerPort: port.port }, ...probes(spec, port) };
    const served = containers.map((container, index) => ({
        ...container,
        ...(index === 0 ? first : {}),
        // Out of the box the CPU would be there, and be paid for, all the time.
        resources: { ...container.resources, cpuIdle: true, ...(index === 0 ? { startupCpuBoost: true } : {}) },
    }));
    const users = new Gathered<true>();
    const ways = Promise.all([entries.all, users.all]);
    const scaled = scale.max > scale.min && scale.cpu !== usualCpu;
    const service = site.make(
        "service",
        cloudrunv2.Service,
        {
            ...common(site, name),
            launchStage: scaled ? "BETA" : "GA",
            ingress: entries.all.then(ingressOf),
            // No `allUsers`, which an organisation may forbid: what the internet reaches asks nobody who they are.
            invokerIamDisabled: entries.all.then((all) => all.length > 0),
            // Who calls it says that its token is for this one.
            customAudiences: [uri],
            // Behind a load balancer, its own URL would be a way around that.
            defaultUriDisabled: ways.then(
                ([all, using]) => all.length > 0 && all.every(({ by }) => by === "balancer") && !using.length,
            ),
            traffics: [{ type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent: 100 }],
            template: {
                labels: labels(site),
                serviceAccount: place.role.email,
                executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
                encryptionKey: place.encryptionKey,
                // WebSockets last as long as one request may.
                timeout: "3600s",
                maxInstanceRequestConcurrency: 80,
                scaling: {
                    minInstanceCount: scale.min,
                    maxInstanceCount: scale.max,
                    ...(scaled ? { cpuUtilization: scale.cpu / 100 } : {}),
                },
                vpcAccess: place.vpcAccess,
                containers: served,
                volumes,
            },
        },
        {
            main: true,
            dependsOn: [...place.ready],
            deleteBeforeReplace: true, // Its name is its own.
            customTimeouts: timeouts(rollout.timeout + stopGrace),
        },
    );
    collect(log, linesOf("cloud_run_revision", service.name));
    speaks(site, service, { filter: linesOf("cloud_run_revision", name), logs: [log] });
    return {
        resource: service,
        runs: { on: "run", service: service.name, uri },
        url: () => uri,
        permits: () => {
            users.add(true);
            return [
                {
                    role: [
                        {
                            to: site.name,
                            role: "roles/run.invoker",
                            on: { service: { name: service.name, location: region } },
                        },
                    ],
                    // What is public by its own URL lets in whoever comes, by whichever way.
                    calls: spec.public && spec.domain === undefined ? [] : [{ to: site.name, host }],
                },
            ];
        },
        gauges: gaugesOf(service.name),
    };
}

/** Bare, it is reached through the network only; and through it a load balancer comes as well. */
function ingressOf(entries: readonly Entry[]): string {
    if (!entries.length) return "INGRESS_TRAFFIC_INTERNAL_ONLY";
    return entries.some(({ by }) => by === "url") ? "INGRESS_TRAFFIC_ALL" : "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER";
}

/** Cloud Run takes a while besides the time that the app needs. */
export function timeouts(seconds: number): pulumi.CustomTimeouts {
    const whole = `${seconds + 300}s`;
    return { create: whole, update: whole, delete: "20m" };
}

function gaugesOf(service: pulumi.Output<string>) {
    const of = { resource: "cloud_run_revision", labels: { service_name: service } };
    const run = (metric: string) => `run.googleapis.com/${metric}`;
    const { latency, ...others } = gauges(
        {
            cpu: { metric: run("container/cpu/utilizations"), kind: "distribution" },
            memory: { metric: run("container/memory/utilizations"), kind: "distribution" },
            healthy: { metric: run("container/instance_count"), kind: "gauge" },
            requests: { metric: run("request_count"), kind: "delta" },
            latency: { metric: run("request_latencies"), kind: "distribution" },
        },
        of,
    );
    const failed = { ...of, labels: { ...of.labels, response_code_class: "5xx" } };
    return {
        ...others,
        ...gauges({ errors: { metric: run("request_count"), kind: "delta" } }, failed),
        // Cloud Run counts in milliseconds.
        latency: { ...latency, factor: 0.001 },
    };
}
