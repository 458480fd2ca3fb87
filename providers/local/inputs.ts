/** The inputs of the agent's kinds, by name: their types end at run time, where a `transform` in JavaScript is checked too. */
import type { AlarmInputs } from "../../agent/alarm/alarm";
import type { BalancerInputs } from "../../agent/balancer/balancer";
import type { BucketInputs } from "../../agent/blob/bucket";
import type { ContainerInputs } from "../../agent/container/inputs";
import type { DatabaseInputs } from "../../agent/database/types";
import type { ImageInputs } from "../../agent/image/image";
import type { JobInputs } from "../../agent/job/job";
import type { KeyInputs } from "../../agent/key/key";
import type { TableInputs } from "../../agent/kv/table";
import type { LogInputs } from "../../agent/log/log";
import type { MachineInputs } from "../../agent/machine/machine";
import type { MailInputs } from "../../agent/mail/kind";
import type { MetricInputs } from "../../agent/metric/metric";
import type { SecretInputs } from "../../agent/secret/secret";

/** Each input of a kind: a forgotten one does not compile. */
export type Known<Inputs> = { readonly [K in keyof Required<Inputs>]: true };

export const alarm: Known<AlarmInputs> = {
    name: true,
    metric: true,
    dimensions: true,
    statistic: true,
    comparison: true,
    threshold: true,
    periodSeconds: true,
    periods: true,
    missing: true,
    to: true,
    description: true,
};
export const balancer: Known<BalancerInputs> = {
    name: true,
    http: true,
    https: true,
    domains: true,
    redirectToHttps: true,
    routes: true,
    tcp: true,
    allow: true,
    accessLog: true,
    drainSeconds: true,
    idleTimeoutSeconds: true,
};
export const bucket: Known<BucketInputs> = {
    name: true,
    versioned: true,
    lifecycle: true,
    cors: true,
    forceDestroy: true,
};
export const container: Known<ContainerInputs> = {
    name: true,
    image: true,
    command: true,
    entrypoint: true,
    env: true,
    secretEnv: true,
    secretFiles: true,
    replicas: true,
    ports: true,
    health: true,
    rollout: true,
    stopGraceSeconds: true,
    cpu: true,
    memory: true,
    sidecars: true,
    permits: true,
    log: true,
};
export const database: Known<DatabaseInputs> = {
    name: true,
    engine: true,
    version: true,
    storageGiB: true,
    backup: true,
    restore: true,
    parameters: true,
    forceDestroy: true,
};
export const image: Known<ImageInputs> = {
    name: true,
    contentDigest: true,
    context: true,
    dockerfile: true,
    target: true,
    args: true,
};
export const job: Known<JobInputs> = {
    name: true,
    run: true,
    schedule: true,
    timeZone: true,
    timeoutSeconds: true,
    retries: true,
    concurrency: true,
    once: true,
    catchUpSeconds: true,
};
export const key: Known<KeyInputs> = {
    name: true,
    purpose: true,
    algorithm: true,
    rotationPeriodDays: true,
    importedMaterial: true,
    forceDestroy: true,
};
export const table: Known<TableInputs> = {
    name: true,
    partitionKey: true,
    sortKey: true,
    ttl: true,
    pointInTimeRecovery: true,
    forceDestroy: true,
};
export const log: Known<LogInputs> = {
    name: true,
    retentionDays: true,
    key: true,
    export: true,
    filters: true,
    subscribers: true,
    forceDestroy: true,
};
export const machine: Known<MachineInputs> = {
    name: true,
    replicas: true,
    cpu: true,
    memory: true,
    start: true,
    userData: true,
    ports: true,
    health: true,
    env: true,
    secretEnv: true,
    secretFiles: true,
    permits: true,
    log: true,
};
export const mail: Known<MailInputs> = { relay: true, from: true };
export const metric: Known<MetricInputs> = {
    name: true,
    unit: true,
    kind: true,
    dimensions: true,
    dashboard: true,
    of: true,
};
export const secret: Known<SecretInputs> = {
    name: true,
    value: true,
    generate: true,
    key: true,
    rotateAfterDays: true,
    forceDestroy: true,
};
