import * as pulumi from "@pulumi/pulumi";
import type * as ecs from "@pulumi/aws/ecs";
import * as servicediscovery from "@pulumi/aws/servicediscovery";
import { Component } from "../../components/component";
import type { ContainerSpec } from "../../components/container";
import type { Site } from "../../components/site";
import { accountOf } from "./account";
import { namesOf } from "./cluster";
import { Gathered } from "../declared";
import { shortName } from "./names";
import { tags } from "./tags";

/** Discovered is how others find a container, and how it finds them. */
export interface Discovered {
    /** A port's URL; with a service known only when that runs. The first call makes what it takes. */
    url(port: string, runs?: ecs.Service): pulumi.Output<string>;
    readonly serviceConnect: ecs.ServiceArgs["serviceConnectConfiguration"];
    readonly registry: ecs.ServiceArgs["serviceRegistries"];
    /** Under which Service Connect counts the requests at its first HTTP port. */
    readonly metricName: string | undefined;
}

/** What is made for a container that is used. */
interface Known {
    readonly namespace: servicediscovery.PrivateDnsNamespace;
    readonly registry: servicediscovery.Service;
}

/**
 * One name in two ways: containers reach it by Service Connect, which balances by request and tries again; jobs and
 * machines reach it by the VPC's DNS. Service Connect is switched on only where a container uses another one: its proxy
 * takes a part of the memory.
 */
export function discover(site: Site, { ports, network, uses, log }: ContainerSpec): Discovered {
    const known = new Gathered<Known>();
    let made: Known | undefined;
    const make = (): Known => {
        if (made) return made;
        const namespace = namesOf(site, network);
        const registry = site.make("registry", servicediscovery.Service, {
            name: site.name,
            dnsConfig: {
                namespaceId: namespace.id,
                routingPolicy: "MULTIVALUE",
                dnsRecords: [{ type: "A", ttl: 10 }],
            },
            forceDestroy: true,
            tags: tags(site),
        });
        known.add((made = { namespace, registry }));
        return made;
    };
    const client = uses.some(({ target }) => Component.typeOf(target) === "Container")
        ? namesOf(site, network)
        : undefined;
    const metricNames = Object.fromEntries(
        Object.keys(ports).map((port) => [port, shortName(`${site.name}-${port}`, 63)]),
    );
    const logConfiguration = {
        logDriver: "awslogs",
        options: {
            "awslogs-group": log.id,
            "awslogs-region": accountOf(site).region,
            "awslogs-stream-prefix": `${site.name}-connect`,
        },
    };
    const serviceConnect = known.all.then(([server]) => {
        const namespace = server?.namespace ?? client;
        if (!namespace) return undefined;
        return {
            enabled: true,
            namespace: namespace.arn,
            logConfiguration,
            services: server
                ? Object.entries(ports).map(([portName, { port, protocol }]) => ({
                      portName,
                      discoveryName: metricNames[portName],
                      clientAlias: [{ port, dnsName: pulumi.interpolate`${site.name}.${namespace.name}` }],
                      // Answers may take as long as they do: whoever asks knows how long to wait.
                      timeout: {
                          idleTimeoutSeconds: 3600,
                          ...(protocol === "http" ? { perRequestTimeoutSeconds: 0 } : {}),
                      },
                  }))
                : [],
        };
    });
    const http = Object.keys(ports).find((name) => ports[name].protocol === "http");
    return {
        url: (name, runs) => {
            const { namespace } = make();
            const { port, protocol } = ports[name];
            const scheme = protocol === "http" ? "http" : "tcp";
            // With a service, not before that runs.
            const known = runs ? pulumi.all([namespace.name, runs.id]).apply(([domain]) => domain) : namespace.name;
            return known.apply((domain) => `${scheme}://${site.name}.${domain}:${port}`);
        },
        serviceConnect: serviceConnect as unknown as ecs.ServiceArgs["serviceConnectConfiguration"],
        registry: known.all.then(([server]) =>
            server ? { registryArn: server.registry.arn } : undefined,
        ) as unknown as ecs.ServiceArgs["serviceRegistries"],
        metricName: http === undefined ? undefined : metricNames[http],
    };
}
