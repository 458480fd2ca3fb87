/** Inputs of the program by hand: values, and what hangs on the outputs of other resources. */

import * as pulumi from "@pulumi/pulumi";

/** The outputs that inputs hang on. By hand, one that is used twice is the same: so it is here, or ours would be the leaner. */
export class Outputs {
    private readonly sources = new Map<string, pulumi.Output<unknown>>();
    private readonly values = new Map<string, pulumi.Output<unknown>>();

    constructor(private readonly made: readonly pulumi.CustomResource[]) {}

    of(value: unknown, from: readonly number[]): pulumi.Output<unknown> {
        const set = from.join();
        const source = () =>
            from.length === 1 ? this.made[from[0]].id : pulumi.all(from.map((number) => this.made[number].id));
        return once(this.values, `${set} ${JSON.stringify(value)}`, () =>
            once(this.sources, set, source).apply(() => value),
        );
    }
}

function once<T>(known: Map<string, T>, key: string, make: () => T): T {
    const value = known.get(key) ?? make();
    known.set(key, value);
    return value;
}

/** An input as a program has it: a value, or one that hangs on other resources' outputs. */
export function input(value: unknown, from: readonly number[], outputs: Outputs): unknown {
    if (hasMark(value)) {
        if (Array.isArray(value)) return value.map((part) => input(part, from, outputs));
        if (!(mark in (value as object)))
            return Object.fromEntries(
                Object.entries(value as object).map(([key, part]) => [key, input(part, from, outputs)]),
            );
        return marked(value as Marked, from, outputs);
    }
    return from.length === 0 ? value : outputs.of(value, from);
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

function marked(given: Marked, from: readonly number[], outputs: Outputs): unknown {
    switch (given[mark]) {
        case "1b47061264138c4ac30d75fd1eb44270":
            return pulumi.secret(input(given.value, from, outputs));
        case "c44067f5952c0a294b673a41bacd8c17":
            return given.text !== undefined
                ? new pulumi.asset.StringAsset(given.text)
                : new pulumi.asset.FileAsset(given.path!);
        case "0def7320c3a5731c473e5ecbe6d01bc7": {
            if (given.path !== undefined) return new pulumi.asset.FileArchive(given.path);
            const assets = Object.entries(given.assets ?? {}).map(([name, asset]) => [
                name,
                input(asset, from, outputs),
            ]);
            return new pulumi.asset.AssetArchive(Object.fromEntries(assets) as pulumi.asset.AssetMap);
        }
        default:
            throw new Error(`an input of a sort that is not known here: ${JSON.stringify(given).slice(0, 200)}`);
    }
}
