import * as pulumi from "@pulumi/pulumi";
import type { Permit } from "../../agent/kind";
import type { DriverOf } from "../../components/cloud";
import { gauges, permit, portUrls, urlVariables } from "./grants";
import { Balancer, Container } from "./kinds";
import { probes, workload } from "./workload";

/** Replicas as supervised processes, and a listener of the agent's balancer when it is public. */
export const container: DriverOf<"container"> = (site, spec) => {
    const { ports, scale, health, sidecars, stopGrace, rollout, log } = spec;
    const own = workload(spec);
    const beside = Object.entries(sidecars).map(([name, sidecar]) => [name, workload(sidecar)] as const);
    const made = site.make(
        "container",
        Container,
        {
            ...own,
            // They are one unit, with one identity.
            permits: pulumi
                .all([own, ...beside.map(([, sidecar]) => sidecar)].map(({ permits }) => permits))
                .apply((all) => all.flat() as Permit[]),
            name: site.name,
            replicas: { min: scale.min, max: scale.max, cpuPercent: scale.cpu, requestsPerReplica: scale.requests },
            ports: Object.entries(ports).map(([name, { port, protocol }]) => ({ name, port, protocol })),
            health: probes(health),
            rollout: { strategy: rollout.strategy, timeoutSeconds: rollout.timeout, maxSurge: 1 },
            stopGraceSeconds: stopGrace,
            sidecars: beside.map(([name, { permits: _permits, ...sidecar }]) => ({
                name,
                ...sidecar,
            })),
            log: log.id,
        },
        { main: true },
    );
    const first = Object.keys(ports)[0] as string | undefined;
    const urls = portUrls(ports, made.internalUrls);
    const http = Object.keys(ports).find((name) => ports[name].protocol === "http");
    const balancer = spec.public
        ? site.make("balancer", Balancer, {
              // A LoadBalancer may have the name of a container.
              name: `${site.name}-public`,
              http: true,
              https: true,
              domains: spec.domain === undefined ? [] : [spec.domain],
              redirectToHttps: false,
              routes: [{ path: "/", service: pulumi.interpolate`Container/${made.id}/${http}` }],
              tcp: [],
              allow: [],
              accessLog: log.id,
              drainSeconds: stopGrace,
              idleTimeoutSeconds: 120,
          })
        : undefined;
    const service: Record<string, string> =
        first === undefined ? {} : { service: `Container/${site.name}/${http ?? first}` };
    return {
        url: balancer ? balancer.url : (urls[0] ?? pulumi.output(undefined)),
        grant: (access) => ({
            env: urlVariables(ports, urls),
            secrets: {},
            permits: [permit("Container", made.id, access)],
        }),
        gauges: {
            ...gauges(
                { cpu: "process_cpu_ratio", memory: "process_memory_ratio", healthy: "container_replicas_ready" },
                { resource: `Container/${site.name}` },
            ),
            ...(http === undefined
                ? {}
                : gauges({ requests: "http_requests_total", latency: "http_request_seconds" }, service, {
                      errors: { metric: "http_requests_total", dimensions: { ...service, status: "5xx" } },
                  })),
        },
    };
};
