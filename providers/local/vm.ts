import type { DriverOf } from "../../components/cloud";
import * as pulumi from "@pulumi/pulumi";
import { linked } from "../../components/workload";
import { gauges, permit } from "./grants";
import { Machine } from "./kinds";
import { filesOf, permitsOf, probes } from "./workload";

/** A supervised group of processes with a home folder of its own. */
export const vm: DriverOf<"vm"> = (site, { scale, cpu, memory, start, userData, ports, disk, health, uses }) => {
    const grant = linked(uses);
    const { paths, secretFiles } = filesOf(grant);
    const made = site.make(
        "machine",
        Machine,
        {
            name: site.name,
            replicas: { min: scale.min, max: scale.max, cpuPercent: scale.cpu, requestsPerReplica: scale.requests },
            cpu,
            memory,
            diskGiB: disk,
            start,
            userData,
            ports: Object.entries(ports).map(([name, { port, protocol }]) => ({ name, port, protocol })),
            health: probes(health),
            env: { ...grant.env, ...paths },
            secretEnv: grant.secrets,
            secretFiles,
            permits: permitsOf(grant),
        },
        { main: true },
    );
    const first = Object.keys(ports)[0] as string | undefined;
    const url = pulumi.output(made.internalUrls).apply((urls) => (first === undefined ? undefined : urls[first]));
    return {
        url,
        grant: (access) => ({
            env: { URL: url.apply((known) => known ?? "") },
            secrets: {},
            permits: [permit("Machine", made.id, access)],
        }),
        gauges: gauges(
            { cpu: "process_cpu_ratio", memory: "process_memory_ratio", healthy: "container_replicas_ready" },
            { resource: `Machine/${site.name}` },
        ),
    };
};
