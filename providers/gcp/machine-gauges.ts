import * as pulumi from "@pulumi/pulumi";
import type { Site } from "../../components/site";
import { type GcpGauge, gauges } from "./gauges";
import { labelValue } from "./labels";

/** What is seen of a group of machines: by the labels that they have, since Google numbers them. */
export function machineGauges(site: Site, group: pulumi.Output<string>): Record<string, GcpGauge> {
    const own = {
        resource: "gce_instance",
        labels: {
            metadata_user_mvi_component: labelValue(site.name),
            metadata_user_mvi_stack: labelValue(pulumi.getStack()),
            metadata_user_mvi_app: labelValue(pulumi.getProject()),
        },
    };
    const instance = (metric: string) => `compute.googleapis.com/instance/${metric}`;
    const { cpu, used, whole } = gauges(
        {
            cpu: { metric: instance("cpu/utilization"), kind: "gauge" },
            used: { metric: instance("memory/balloon/ram_used"), kind: "gauge" },
            whole: { metric: instance("memory/balloon/ram_size"), kind: "gauge" },
        },
        own,
    );
    return {
        cpu,
        memory: { ...used, per: whole },
        ...gauges(
            { healthy: { metric: "compute.googleapis.com/instance_group/size", kind: "gauge" } },
            { resource: "instance_group", labels: { instance_group_name: group } },
        ),
    };
}
