/**
 * The same resources, registered by a program that is written by hand: with components of its own, that hold the resources
 * together and do nothing else, or flat, without any.
 */

import * as pulumi from "@pulumi/pulumi";
import type { Recorded, Recording } from "../support/record";

export function replay({ resources, components, questions }: Recording, flat: boolean): void {
    for (const { token, args } of questions) void pulumi.runtime.invoke(token, args);
    const groups: pulumi.ComponentResource[] = [];
    for (const { type, name, within } of flat ? [] : components) {
        const group = new Group(type, name, {}, within === undefined ? {} : { parent: groups[within] });
        groups.push(group);
    }
    const made: pulumi.CustomResource[] = [];
    for (const { type, name, ...rest } of resources) {
        const [own, options] = argumentsOf(rest, made, groups);
        const Type = classOf(type);
        // No function in between: each call is kept in the state with every resource, and by hand there is none.
        made.push(new Type(name, own, options));
    }
}

class Group extends pulumi.ComponentResource {
    constructor(type: string, name: string, args: pulumi.Inputs, options: pulumi.ComponentResourceOptions) {
        super(type, name, args, options);
        this.registerOutputs();
    }
}

function argumentsOf(
    { inputs, from, after, parent, within, provider, options }: Omit<Recorded, "type" | "name">,
    made: readonly pulumi.CustomResource[],
    groups: readonly pulumi.ComponentResource[],
): [pulumi.Inputs, pulumi.CustomResourceOptions] {
    const own: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(inputs)) {
        own[key] = input(
            value,
            (from[key] ?? []).map((number) => made[number].id),
        );
    }
    // The classes say their version, aliases and secret outputs by themselves.
    const { version: _, aliases: __, additionalSecretOutputs: ___, ...rest } = options;
    const above = parent !== undefined ? made[parent] : within !== undefined ? groups[within] : undefined;
    const all = {
        ...rest,
        ...(after.length > 0 && { dependsOn: after.map((number) => made[number]) }),
        ...(above && { parent: above }),
        ...(provider !== undefined && { provider: made[provider] as pulumi.ProviderResource }),
    };
    return [own as pulumi.Inputs, all];
}

type Class = new (name: string, args: pulumi.Inputs, options: pulumi.CustomResourceOptions) => pulumi.CustomResource;

const classes = new Map<string, Class>();

/** The class of the cloud's package: that is what a program uses. */
function classOf(type: string): Class {
    const known = classes.get(type);
    if (known) return known;
    const found = findClass(type);
    classes.set(type, found);
    return found;
}

function findClass(type: string): Class {
    const [package_, module_, kind] = type.split(":");
    if (package_ === "pulumi") {
        return class extends pulumi.ProviderResource {
            constructor(name: string, args: pulumi.Inputs, options: pulumi.ResourceOptions) {
                super(kind, name, args, options);
            }
        };
    }
    const name = module_.split("/")[0];
    const path =
        package_ === "mvi-local"
            ? "../../dist/providers/local/kinds"
            : ["@pulumi", package_, ...(name === "index" ? [] : [name])].join("/");
    const Type = (require(path) as Record<string, Class | undefined>)[kind];
    if (!Type) throw new Error(`${path} has no ${kind}`);
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
