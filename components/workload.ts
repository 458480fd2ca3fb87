import type * as pulumi from "@pulumi/pulumi";
import { Component } from "./component";
import { Image, type ImageArgs, imageFields, imageService } from "./image";
import { envName, imageReference } from "./image-reference";
import { Log } from "./log";
import { Network } from "./network";
import type { Grant, Link, Use } from "./link";
import { marked } from "./options";
import { addFaults } from "./read";
import { reference, uses } from "./reference";
import {
    type Field,
    type Fields,
    input,
    isPlain,
    list,
    mapOf,
    number,
    optional,
    type Place,
    record,
    text,
} from "./shape";

/** What runs code: shared by `Container`, `Job` and sidecars. */
export interface WorkloadArgs {
    /** A folder with the code and a Dockerfile, or an {@link ImageArgs} for more. Exactly one of `build` and `image`. */
    build?: string | ImageArgs;
    /** An image that is there: an {@link Image}, or a reference by digest (`registry/name@sha256:…`). */
    image?: Image | pulumi.Input<string>;
    /** The command, in place of the image's `CMD`. @default the image's own */
    command?: string[];
    /** Plain variables. Secrets belong into a `Secret` and `uses`. @default none */
    env?: Record<string, pulumi.Input<string>>;
    /** What it may reach: each gives variables, the least privilege and the network path. @default nothing */
    uses?: Use[];
    /** Virtual CPUs: 0.25, 0.5, 1, 2, 4 or 8. @default 0.25 */
    cpu?: number;
    /** Memory in MiB: what every cloud has for that `cpu`. @default the least for that `cpu`: 512 for 0.25, 2048 for 1 */
    memory?: number;
    /** Where its output goes. @default a log of its own, with the profile's retention */
    log?: Log;
    /** Where it runs. @default the stack's own network */
    network?: Network;
}

export interface WorkloadSpec {
    image: Image;
    command: string[] | undefined;
    env: Record<string, pulumi.Input<string>>;
    uses: Link[];
    cpu: number;
    memory: number;
    log: Log;
    network: Network;
}

/** The memory in MiB which AWS Fargate and Cloud Run both have for a number of CPUs: least, most, step. */
export const sizes: Readonly<Record<number, readonly [least: number, most: number, step: number]>> = {
    0.25: [512, 512, 512],
    0.5: [1024, 1024, 1024],
    1: [2048, 4096, 1024],
    2: [4096, 8192, 1024],
    4: [8192, 16384, 1024],
    8: [16384, 32768, 4096],
};

/** Fields of a workload. `build` is read into `image`: {@link prepareWorkload} makes it. */
export const workloadFields: Fields<WorkloadSpec & { build: ImageArgs | undefined }> = {
    build: optional((given, at): ImageArgs => {
        if (typeof given === "string" || !isPlain(given)) return { context: text("a folder", undefined)(given, at) };
        at.refuseLacking("image", given);
        const spec = record(imageFields)(given, at);
        // Here, before anything is made, and not when the Image is.
        addFaults(at, (whole) => imageService.rules?.(spec, whole, given));
        return given; // as it was given: the Image fills in the defaults
    }),
    image: optional((given: unknown, at: Place) => {
        at.refuseLacking("image", { reference: isReferenceTo(given, at) ? given : undefined });
        if (isReferenceTo(given, at)) return imageReference(given, at) as unknown as Image;
        return input(reference<Image>("Image"))(given, at) as Image;
    }) as Field<Image>,
    command: optional(list(text("an argument", { pattern: /^[^\0]*$/, todo: "leave the NUL out" }), { max: 200 })),
    env: optional(mapOf(input(plainText), envName), {}),
    uses: optional(uses, []),
    cpu: optional(cpuField, 0.25),
    memory: optional(number({ min: 512, max: 32768, unit: "MiB" }), 0),
    log: optional(reference<Log>("Log")) as Field<Log>,
    network: optional(reference<Network>("Network")) as Field<Network>,
};

/** Rules about several arguments of a workload. */
export function workloadRules(spec: WorkloadSpec, at: Place, args: WorkloadArgs, name = "it"): void {
    if ((args.build === undefined) === (args.image === undefined)) {
        at.fault(
            `has ${args.build === undefined ? "neither" : "both"} \`build\` ${args.build === undefined ? "nor" : "and"} \`image\``,
            `say what ${name} runs with exactly one of them`,
        );
    }
    const [least, most, step] = sizes[spec.cpu] ?? [0, 0, 1];
    if (
        args.memory !== undefined &&
        (spec.memory < least || spec.memory > most || (spec.memory - least) % step !== 0)
    ) {
        const choices = least === most ? `${least}` : `${least} to ${most} in steps of ${step}`;
        at.in("memory").fault(
            `must be ${choices} MiB for ${spec.cpu} CPU: no cloud has every other`,
            "choose one of these, or another `cpu`",
            spec.memory,
        );
    }
}

/** Makes a workload's default parts: the image from its build, its log, the stack's network. */
export function prepareWorkload<Spec extends WorkloadSpec>(self: Component, given: Spec, sidecar?: string): Spec {
    const { build, ...spec } = given as Spec & { build?: ImageArgs };
    const child = () => marked({ derived: true }, { parent: self as pulumi.Resource });
    const own = sidecar === undefined ? self.ownName : `${self.ownName}-${sidecar}`;
    const made =
        build ??
        (spec.image instanceof Component ? undefined : { reference: spec.image as unknown as pulumi.Input<string> });
    const image = made ? new Image(`${own}-image`, made, child()) : spec.image;
    return {
        ...(spec as unknown as Spec),
        image,
        memory: spec.memory || sizes[spec.cpu][0],
        log: spec.log ?? new Log(`${self.ownName}-log`, {}, child()),
        network: spec.network ?? Network.ofStack(self.cloud),
    };
}

/** What a workload's links grant together, with the variables by their whole names. Its own `env` may override one. */
export function linked(links: readonly Link[]): Grant {
    const all = { env: {} as Variables, secrets: {} as Variables, files: {} as Variables, permits: [] as unknown[] };
    for (const { prefix, grant } of links) {
        for (const form of ["env", "secrets", "files"] as const) {
            for (const [end, value] of Object.entries(grant[form] ?? {}))
                all[form][end ? `${prefix}_${end}` : prefix] = value;
        }
        all.permits.push(...grant.permits);
    }
    return all;
}

type Variables = Record<string, pulumi.Input<string>>;

/** A text names an image elsewhere, unless it names a part of the declaration. */
function isReferenceTo(given: unknown, at: Place): given is string {
    return typeof given === "string" && !at.parts?.types.has(given);
}

function cpuField(given: unknown, at: Place): number {
    if (typeof given === "number" && Object.hasOwn(sizes, given)) return given;
    at.fault(
        `must be one of ${Object.keys(sizes)
            .map(Number)
            .sort((a, b) => a - b)
            .join(", ")} CPUs`,
        "choose one that every cloud has",
        given,
    );
    return 0.25;
}

function plainText(given: unknown, at: Place): string {
    if (typeof given === "string" && !given.includes("\0")) return given;
    at.fault("must be a text", "put it in quotes", given);
    return "";
}
