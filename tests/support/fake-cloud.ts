import * as pulumi from "@pulumi/pulumi";
import type { Cloud, ServiceName } from "../../components/cloud";
import type { Site } from "../../components/site";

/** Carried is one component as a driver got it. */
export interface Carried {
    readonly service: ServiceName;
    readonly name: string;
    readonly spec: Record<string, unknown>;
    readonly protect: boolean;
}

/** A cloud that makes nothing, and tells what its drivers were given. */
export function fakeCloud(lacks: Cloud["lacks"] = {}): { cloud: Cloud; carried: Carried[] } {
    const carried: Carried[] = [];
    const text = (name: string) => pulumi.output(name);
    const driver = (service: ServiceName) => (site: Site, spec: object) => {
        carried.push({
            service,
            name: site.name,
            spec: spec as Record<string, unknown>,
            protect: site.settings.protect,
        });
        const grant = (access: readonly string[]) => ({
            env: service === "secret" ? {} : { URL: text(`${service}://${site.name}`) },
            secrets: service === "secret" ? { "": text(`ref:${site.name}`) } : {},
            permits: [{ service, name: site.name, access }],
        });
        const outputs = {
            id: text(site.name),
            url: text(`https://${site.name}`),
            host: text("host"),
            port: pulumi.output(1),
            addresses: pulumi.output([`${site.name}:1`]),
            lastRun: pulumi.output(undefined),
            digest: text("sha256:0"),
            reference: text("r"),
            address: text("a"),
        };
        return {
            ...outputs,
            subnets: {},
            grant,
            gauges: { errors: "errors", healthy: "healthy", storage: "storage", failures: "failures" },
        };
    };
    const names: ServiceName[] = [
        "vm",
        "network",
        "key",
        "image",
        "container",
        "loadBalancer",
        "database",
        "log",
        "metric",
        "kv",
        "blob",
        "secret",
        "job",
    ];
    const drivers = Object.fromEntries(
        names.map((service) => [service, driver(service)]),
    ) as unknown as Cloud["drivers"];
    const children = Object.fromEntries(names.map((service) => [service, ["main"]])) as unknown as Cloud["children"];
    return { cloud: { name: "local", drivers, lacks, children }, carried };
}
