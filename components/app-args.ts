import type * as pulumi from "@pulumi/pulumi";
import type { BlobArgs } from "./blob";
import type { Component, Gauge } from "./component";
import type { ContainerArgs } from "./container";
import type { DatabaseArgs } from "./database";
import type { ImageArgs } from "./image";
import type { JobArgs } from "./job";
import type { KeyArgs } from "./key";
import type { KVArgs } from "./kv";
import type { Use } from "./link";
import type { LoadBalancerArgs } from "./load-balancer";
import type { LogArgs } from "./log";
import type { MetricArgs } from "./metric";
import type { NetworkArgs } from "./network";
import type { SecretArgs } from "./secret";
import type { VMArgs } from "./vm";

/**
 * Declared is a component's arguments as an `App` takes them: plain data, with the other parts by their names. A use is
 * `"db"`, with less than all that may be done `"uploads:read"`, and under another name `"db as PRIMARY"`; a gauge is
 * `"web.errors"`.
 */
export type Declared<T> = T extends pulumi.Output<unknown> | Promise<unknown>
    ? T
    : T extends Use | Component | Gauge
      ? string
      : T extends (...args: never[]) => unknown
        ? T
        : T extends object
          ? { [K in keyof T]: Declared<T[K]> }
          : T;

/** AppArgs declares an app: its parts by kind and name. Every name stands once; in `uses`, parts are named by it. */
export interface AppArgs {
    /** What runs, and keeps running. */
    containers?: Record<string, Declared<ContainerArgs>>;
    /** What runs to its end: by schedule, once at each change, or by hand. */
    jobs?: Record<string, Declared<JobArgs>>;
    /** Managed databases. */
    databases?: Record<string, Declared<DatabaseArgs>>;
    /** Stores of objects. */
    blobs?: Record<string, Declared<BlobArgs>>;
    /** Stores of small entries by key. */
    kvs?: Record<string, Declared<KVArgs>>;
    /** Values that only their users see. */
    secrets?: Record<string, Declared<SecretArgs>>;
    /** Keys that encrypt or sign. */
    keys?: Record<string, Declared<KeyArgs>>;
    /** Images which several parts share. */
    images?: Record<string, Declared<ImageArgs>>;
    /** Host names that forward to containers by host and path. */
    loadBalancers?: Record<string, Declared<LoadBalancerArgs>>;
    /** Logs which several parts share, or with more than the default. */
    logs?: Record<string, Declared<LogArgs>>;
    /** Numbers from the app, and alarms. */
    metrics?: Record<string, Declared<MetricArgs>>;
    /** Machines. */
    vms?: Record<string, Declared<VMArgs>>;
    /** The private networks, for those who want more than the stack's default one. */
    networks?: Record<string, Declared<NetworkArgs>>;
    /**
     * Who is told when containers fail, what is public is not reached (not on `local`, where nobody looks from outside), a
     * database fills up or a job fails. @default nobody
     */
    alarms?: AppAlarms;
}

export interface AppAlarms {
    /** One address, or several. */
    email: string | string[];
}
