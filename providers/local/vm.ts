import type { DriverOf } from "../../components/cloud";
import * as pulumi from "@pulumi/pulumi";
import { linked } from "../../components/workload";
import { gauges, permit, portUrls, urlVariables } from "./grants";
import { Machine } from "./kinds";
import { ownLog } from "./log";
import { filesOf, permitsOf, probes } from "./workload";

/** A supervised group of processes with a home folder of its own. */
export const vm: DriverOf<"vm"> = (site, { scale, cpu, memory, start, userData, ports, health, uses }) => {
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
            start,
            userData,
            ports: Object.entries(ports).map(([name, { port, protocol }]) => ({ name, port, protocol })),
            health: probes(health),
            env: { ...grant.env, ...paths },
            secretEnv: grant.secrets,
            secretFiles,
            permits: permitsOf(grant),
            log: ownLog(site, "log", `${site.name}-output`),
        },
        { main: true },
    );
    const urls = portUrls(ports, made.internalUrls);
    return {
        url: urls[0] ?? pulumi.output(undefined),
        addresses: pulumi.all(urls).apply((all) => all.map((url) => new URL(url).host)),
        grant: (access) => ({
            env: urlVariables(ports, urls),
            secrets: {},
            permits: [permit("Machine", made.id, access)],
        }),
        gauges: gauges(
            { cpu: "process_cpu_ratio", memory: "process_memory_ratio", healthy: "container_replicas_ready" },
            { resource: `Machine/${site.name}` },
        ),
    };
};
