import type * as pulumi from "@pulumi/pulumi";
import type { AlarmInputs, AlarmOutputs } from "../../agent/alarm/alarm";
import type { BalancerInputs, BalancerOutputs } from "../../agent/balancer/balancer";
import type { BucketInputs, BucketOutputs } from "../../agent/blob/bucket";
import type { ContainerInputs, ContainerOutputs } from "../../agent/container/inputs";
import type { DatabaseInputs, DatabaseOutputs } from "../../agent/database/types";
import type { ImageInputs, ImageOutputs } from "../../agent/image/image";
import type { JobInputs, JobOutputs } from "../../agent/job/job";
import type { KeyInputs, KeyOutputs } from "../../agent/key/key";
import type { TableInputs, TableOutputs } from "../../agent/kv/table";
import type { LogInputs, LogOutputs } from "../../agent/log/log";
import type { MachineInputs, MachineOutputs } from "../../agent/machine/machine";
import type { MailInputs, MailOutputs } from "../../agent/mail/kind";
import type { MetricInputs, MetricOutputs } from "../../agent/metric/metric";
import type { SecretInputs, SecretOutputs } from "../../agent/secret/secret";
import * as inputs from "./inputs";
import { LocalResource } from "./resource";

/** The agent's kinds as Pulumi resources: what `nodes.local` holds. The inputs and outputs are the agent's own types. */
export const Alarm = kind<AlarmInputs, AlarmOutputs>("Alarm", inputs.alarm, ["name"]);
export const Balancer = kind<BalancerInputs, BalancerOutputs>("Balancer", inputs.balancer, [
    "url",
    "httpsUrl",
    "address",
    "ports",
    "certificateAuthority",
]);
export const Bucket = kind<BucketInputs, BucketOutputs>("Bucket", inputs.bucket, [
    "bucket",
    "endpoint",
    "region",
    "url",
]);
export const Container = kind<ContainerInputs, ContainerOutputs>("Container", inputs.container, [
    "digest",
    "internalUrls",
    "services",
]);
export const Database = kind<DatabaseInputs, DatabaseOutputs>("Database", inputs.database, [
    "host",
    "port",
    "database",
    "username",
    "password",
    "readOnlyUsername",
    "readOnlyPassword",
    "url",
    "readOnlyUrl",
    "version",
]);
export const Image = kind<ImageInputs, ImageOutputs>("Image", inputs.image, [
    "digest",
    "reference",
    "directory",
    "config",
]);
export const Job = kind<JobInputs, JobOutputs>("Job", inputs.job, ["name", "lastRun"]);
export const Key = kind<KeyInputs, KeyOutputs>("Key", inputs.key, ["keyId", "endpoint", "region", "url", "publicKey"]);
export const Table = kind<TableInputs, TableOutputs>("Table", inputs.table, ["table", "endpoint", "region", "url"]);
export const Log = kind<LogInputs, LogOutputs>("Log", inputs.log, ["name"]);
export const Machine = kind<MachineInputs, MachineOutputs>("Machine", inputs.machine, ["internalUrls", "services"]);
export const Mail = kind<MailInputs, MailOutputs>("Mail", inputs.mail, ["url"]);
export const Metric = kind<MetricInputs, MetricOutputs>("Metric", inputs.metric, ["name", "endpoint"]);
export const Secret = kind<SecretInputs, SecretOutputs>("Secret", inputs.secret, ["version", "reference"]);

/** A value of the agent's, any part of which may be an output. */
type Deep<T> =
    | pulumi.Input<T>
    | (T extends readonly (infer Member)[]
          ? pulumi.Input<Deep<Member>[]>
          : T extends object
            ? pulumi.Input<{ [K in keyof T]: Deep<T[K]> }>
            : never);
export type Arguments<Inputs> = { [K in keyof Inputs]: Deep<Inputs[K]> };
export type Child<Outputs> = LocalResource & { readonly [K in keyof Omit<Outputs, "id">]: pulumi.Output<Outputs[K]> };

/**
 * The class of a kind. Its outputs are named, since Pulumi sets only those that the constructor's arguments name. It takes its
 * inputs one by one, as the SDKs' classes do, by which a `transform` with another one is found.
 */
function kind<Inputs extends object, Outputs extends object>(
    name: string,
    takes: inputs.Known<Inputs>,
    outputs: readonly (keyof Outputs & string)[],
) {
    const unset = Object.fromEntries(outputs.filter((output) => output !== "id").map((output) => [output, undefined]));
    const known = Object.keys(takes) as (keyof Inputs)[];
    const type = class extends LocalResource {
        constructor(resource: string, args: Arguments<Inputs>, options?: pulumi.CustomResourceOptions) {
            const own = known.filter((input) => input in args).map((input) => [input, args[input]]);
            super(name, resource, { ...unset, ...Object.fromEntries(own) }, options);
        }
    };
    Object.defineProperty(type, "name", { value: name });
    return type as unknown as new (
        resource: string,
        args: Arguments<Inputs>,
        options?: pulumi.CustomResourceOptions,
    ) => Child<Outputs>;
}
