/** The same resources, registered by a program without components, as one would write it by hand. */

import * as pulumi from "@pulumi/pulumi";
import type { Recorded, Recording } from "../support/record";

export function replay({ resources, questions }: Recording): void {
    for (const { token, args } of questions) void pulumi.runtime.invoke(token, args);
    const made: pulumi.CustomResource[] = [];
    for (const one of resources) made.push(register(one, made));
}

function register(
    { type, name, inputs, from, after, parent, provider, options }: Recorded,
    made: readonly pulumi.CustomResource[],
): pulumi.CustomResource {
    const own: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(inputs)) {
        own[key] = input(
            value,
            (from[key] ?? []).map((number) => made[number].id),
        );
    }
    const all = {
        ...options,
        ...(after.length > 0 && { dependsOn: after.map((number) => made[number]) }),
        ...(parent !== undefined && { parent: made[parent] }),
        ...(provider !== undefined && { provider: made[provider] as pulumi.ProviderResource }),
    };
    return make(type, name, own as pulumi.Inputs, all);
}

class Explicit extends pulumi.ProviderResource {}

type Class = new (name: string, args: pulumi.Inputs, options: pulumi.CustomResourceOptions) => pulumi.CustomResource;

/** By the class of the cloud's package: that is what a program uses. It says its version, aliases and secret outputs by itself. */
function make(type: string, name: string, own: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    const [package_, module_, kind] = type.split(":");
    if (package_ === "pulumi") return new Explicit(kind, name, own, options);
    const { version: _, aliases: __, additionalSecretOutputs: ___, ...rest } = options;
    const Type = classOf(package_, module_.split("/")[0], kind);
    return new Type(name, own, rest);
}

const classes = new Map<string, Class>();

function classOf(package_: string, module_: string, kind: string): Class {
    const key = `${package_}:${module_}:${kind}`;
    const known = classes.get(key);
    if (known) return known;
    const path =
        package_ === "mvi-local"
            ? "../../dist/providers/local/kinds"
            : ["@pulumi", package_, ...(module_ === "index" ? [] : [module_])].join("/");
    const Type = (require(path) as Record<string, Class | undefined>)[kind];
    if (!Type) throw new Error(`${path} has no ${kind}`);
    classes.set(key, Type);
    return Type;
}

/** An input as a program has it: a value, or one that hangs on other resources' outputs. */
function input(value: unknown, on: readonly pulumi.Output<string>[]): unknown {
    if (hasMark(value)) {
        if (Array.isArray(value)) return value.map((part) => input(part, on));
        if (!(mark in (value as object)))
            return Object.fromEntries(Object.entries(value as object).map(([key, part]) => [key, input(part, on)]));
        return marked(value as Marked, on);
    }
    return on.length === 0 ? value : pulumi.all([...on]).apply(() => value);
}

const mark = "4dabf18193072939515e22adb298388d";
interface Marked {
    readonly [mark]: string;
    readonly value?: unknown;
    readonly text?: string;
    readonly path?: string;
    readonly assets?: Readonly<Record<string, unknown>>;
}

function hasMark(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    return mark in value || Object.values(value).some(hasMark);
}

function marked(given: Marked, on: readonly pulumi.Output<string>[]): unknown {
    switch (given[mark]) {
        case "1b47061264138c4ac30d75fd1eb44270":
            return pulumi.secret(input(given.value, on));
        case "c44067f5952c0a294b673a41bacd8c17":
            return given.text !== undefined
                ? new pulumi.asset.StringAsset(given.text)
                : new pulumi.asset.FileAsset(given.path!);
        case "0def7320c3a5731c473e5ecbe6d01bc7": {
            if (given.path !== undefined) return new pulumi.asset.FileArchive(given.path);
            const assets = Object.entries(given.assets ?? {}).map(([name, asset]) => [name, input(asset, on)]);
            return new pulumi.asset.AssetArchive(Object.fromEntries(assets) as pulumi.asset.AssetMap);
        }
        default:
            throw new Error(`an input of a sort that is not known here: ${JSON.stringify(given).slice(0, 200)}`);
    }
}
