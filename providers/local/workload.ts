import * as pulumi from "@pulumi/pulumi";
import type { Permit } from "../../agent/kind";
import type { Image } from "../../components/image";
import type { Grant } from "../../components/link";
import { linked, type WorkloadSpec } from "../../components/workload";
import type { HealthSpec } from "../../components/health";
import type { Image as LocalImage } from "./kinds";

/** What runs code, as the agent takes it: shared by containers, their sidecars, jobs and machines. */
export function workload({ image, command, env, uses, cpu, memory }: Omit<WorkloadSpec, "log" | "network">) {
    const grant = linked(uses);
    const { paths, secretFiles } = filesOf(grant);
    return {
        image: imageOf(image),
        command,
        env: { ...grant.env, ...paths, ...env },
        secretEnv: grant.secrets,
        secretFiles,
        permits: permitsOf(grant),
        cpu,
        memory,
    };
}

/** Secrets as files: the variables that hold their paths, and what is in them by path. The agent puts the real paths in. */
export function filesOf({ files = {} }: Grant) {
    const pathOf = (variable: string): string => `/mvi/secrets/${variable}`;
    return {
        paths: Object.fromEntries(Object.keys(files).map((variable) => [variable, pathOf(variable)])),
        secretFiles: Object.fromEntries(Object.entries(files).map(([variable, value]) => [pathOf(variable), value])),
    };
}

/** What the links permit together, in this cloud's form. */
export function permitsOf({ permits }: Grant): pulumi.Output<Permit[]> {
    return pulumi.output(permits as unknown as pulumi.Output<Permit>[]) as unknown as pulumi.Output<Permit[]>;
}

/** The agent's probes. Without a check of its own, a service works when its first port takes a connection. */
export function probes(health: HealthSpec | undefined) {
    if (!health) return {};
    const { path, command, port, interval, timeout, failures, startup } = health;
    const probe = { path, command, port, timeoutSeconds: timeout };
    return {
        // Asked every second while it starts, so that it serves as soon as it can.
        startup: { ...probe, intervalSeconds: 1, failures: startup, initialDelaySeconds: 0 },
        liveness: { ...probe, intervalSeconds: interval, failures, initialDelaySeconds: 0 },
        readiness: { ...probe, intervalSeconds: interval, failures: 1, initialDelaySeconds: 0 },
    };
}

function imageOf(image: Image) {
    const made = image.nodes.local!.image as InstanceType<typeof LocalImage>;
    return { directory: made.directory, config: made.config };
}
