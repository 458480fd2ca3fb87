/**
 * The same resources, registered by a program that is written by hand: with components of its own, that hold the resources
 * together and do nothing else, or flat, without any.
 */

import * as pulumi from "@pulumi/pulumi";
import type { Recorded, Recording } from "../support/record";
import { input, Outputs } from "./inputs";

export function replay({ resources, components, questions }: Recording, flat: boolean): void {
    // Of another version, or none, the engine would start another provider.
    for (const { token, args, version } of questions) void pulumi.runtime.invoke(token, args, { version });
    const groups: pulumi.ComponentResource[] = [];
    for (const { type, name, within } of flat ? [] : components) {
        const group = new Group(type, name, {}, within === undefined ? {} : { parent: groups[within] });
        groups.push(group);
    }
    const made: pulumi.CustomResource[] = [];
    const outputs = new Outputs(made);
    for (const { type, name, ...rest } of resources) {
        const [own, options] = argumentsOf(rest, made, groups, outputs);
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
    outputs: Outputs,
): [pulumi.Inputs, pulumi.CustomResourceOptions] {
    const own: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(inputs)) own[key] = input(value, from[key] ?? [], outputs);
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
