import * as pulumi from "@pulumi/pulumi";
import type { ContainerParts, ContainerSpec } from "./container";
import type { DatabaseParts, DatabaseSpec } from "./database";
import type { BlobParts, BlobSpec } from "./blob";
import type { ImageParts, ImageSpec } from "./image";
import type { JobParts, JobSpec } from "./job";
import type { KeyParts, KeySpec } from "./key";
import type { KVParts, KVSpec } from "./kv";
import type { Fault } from "./fault";
import type { Gaps } from "./lacks";
import type { LoadBalancerParts, LoadBalancerSpec } from "./load-balancer";
import type { LogParts, LogSpec } from "./log";
import type { MetricParts, MetricSpec } from "./metric";
import { isPlain } from "./plain";
import type { NetworkParts, NetworkSpec } from "./network";
import type { SecretParts, SecretSpec } from "./secret";
import type { CloudName } from "./settings";
import type { Place } from "./shape";
import type { Site } from "./site";
import type { VMParts, VMSpec } from "./vm";

/** Driver carries out one component on one cloud: it makes the native children on `site`. It never sees an unset argument. */
export type Driver<Spec, Parts> = (site: Site, spec: Spec) => Parts;

/** Services names each service's complete arguments, and what its driver gives back. */
export interface Services {
    vm: [VMSpec, VMParts];
    network: [NetworkSpec, NetworkParts];
    key: [KeySpec, KeyParts];
    image: [ImageSpec, ImageParts];
    container: [ContainerSpec, ContainerParts];
    loadBalancer: [LoadBalancerSpec, LoadBalancerParts];
    database: [DatabaseSpec, DatabaseParts];
    log: [LogSpec, LogParts];
    metric: [MetricSpec, MetricParts];
    kv: [KVSpec, KVParts];
    blob: [BlobSpec, BlobParts];
    secret: [SecretSpec, SecretParts];
    job: [JobSpec, JobParts];
}
export type ServiceName = keyof Services;
export type DriverOf<S extends ServiceName> = Driver<Services[S][0], Services[S][1]>;

/**
 * Check adds to `at`, where the component stands, what its arguments cannot be on one cloud. They have their defaults but for
 * what is prepared later (`memory`, `version`, the ports of `port`); and in an `App`, a part that they name is not there yet: what
 * was declared of it, `argumentsOf` says by what stands in `args`, as they were given.
 */
export type Check<S extends ServiceName> = (
    spec: Services[S][0],
    at: Place,
    args: Readonly<Record<string, unknown>>,
) => void;

/**
 * Cloud is what a provider implements: a driver for each service, and its gaps as data. A provider that forgets a driver
 * does not compile; one that neither reads an argument nor lists it as lacking fails the conformance suite.
 */
export interface Cloud {
    readonly name: CloudName;
    readonly drivers: { readonly [S in ServiceName]: DriverOf<S> };
    /** Arguments which this cloud cannot honour, with the reason. */
    readonly lacks: { readonly [S in ServiceName]?: Gaps };
    /**
     * What its arguments may not be together on this cloud, beyond {@link Cloud.lacks}: asked before anything is made, with the
     * declaration's other faults. So no driver has to refuse what can be known from the arguments.
     */
    readonly checks?: { readonly [S in ServiceName]?: Check<S> };
    /** The keys of the children that each driver may make: what `transform` and `nodes` know. */
    readonly children: { readonly [S in ServiceName]: readonly string[] };
    /** The same of what a stack's parts share, by part: what `transformStack` and `stackNodes` know. @default nothing is shared */
    readonly stack?: Readonly<Record<string, readonly string[]>>;
}

const opened = new WeakMap<object, Map<CloudName, Cloud>>();
const noStack = {};

/**
 * Opens a cloud by name, and loads no other's SDK. The same stack gets the same object again.
 *
 * It loads synchronously: children made after an asynchronous gap are lost in programs of the Automation API.
 *
 * @throws {@link pulumi.RunError} naming the `npm install` command when the cloud's SDK is not installed.
 */
export function openCloud(name: CloudName): Cloud {
    const scope = stackScope();
    const clouds = opened.get(scope) ?? new Map<CloudName, Cloud>();
    opened.set(scope, clouds);
    let cloud = clouds.get(name);
    if (!cloud) clouds.set(name, (cloud = load(name)));
    return cloud;
}

/** The stack's cloud; where its setting is faulty, one of which nothing is known: what is declared is looked at all the same. */
export function openCloudOf(name: CloudName, faults: readonly Fault[]): Cloud {
    if (!faults.some(({ where }) => where === "mvi:cloud")) return openCloud(name);
    return { name: "unknown", drivers: {}, lacks: {}, children: {} } as unknown as Cloud;
}

/** Is it an opened cloud, and not its name or something else? */
export function isCloud(given: unknown): given is Cloud {
    return isPlain(given) && isPlain(given.drivers) && isPlain(given.lacks) && isPlain(given.children);
}

/** What lives as long as the running program's stack: inline programs of the Automation API share one process. */
export function stackScope(): object {
    return pulumi.runtime.getStackResource() ?? noStack;
}

function load(name: CloudName): Cloud {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- see openCloud: an import() would be asynchronous
    const { open } = require("../providers") as { open(name: CloudName): Cloud };
    return open(name);
}
