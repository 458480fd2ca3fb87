import * as pulumi from "@pulumi/pulumi";
import { Mistake, nearest } from "./fault";
import { oneOf, optional, Place } from "./shape";

/** The clouds there are. `local` is the machine that runs `pulumi`. */
export const cloudNames = ["aws", "gcp", "local"] as const;
export type CloudName = (typeof cloudNames)[number];

/** The sizes and protections that a stack chooses. All are secure: they differ in size, redundancy and price. */
export const profileNames = ["dev", "small", "prod"] as const;
export type ProfileName = (typeof profileNames)[number];

/** Settings are what the stack's configuration says to this library. */
export interface Settings {
    /** `mvi:cloud`: where the declaration is carried out. @default "local" */
    readonly cloud: CloudName;
    /** `mvi:profile`: how large and how redundant. @default "dev" */
    readonly profile: ProfileName;
    /** `mvi:protect`: guards everything that holds data against deletion. @default true, but for `dev` */
    readonly protect: boolean;
}

/** Reads the stack's `mvi:*` configuration. @throws {@link Mistake} naming the command that mends each fault. */
export function readSettings(): Settings {
    const config = new pulumi.Config("mvi");
    const place = new Place("", []);
    for (const key of Object.keys(pulumi.runtime.allConfig())) {
        if (!key.startsWith("mvi:") || key.slice(4) in fields) continue;
        const near = nearest(key.slice(4), Object.keys(fields));
        const mend = `pulumi config rm ${key}`;
        place
            .in(key)
            .fault(
                "is not known",
                near ? `run \`${mend}\`, then \`pulumi config set mvi:${near} …\`` : `run \`${mend}\``,
            );
    }
    const cloud = fields.cloud(config.get("cloud"), place);
    const profile = fields.profile(config.get("profile"), place);
    const protect = fields.protect(config.get("protect"), place) ?? profile !== "dev";
    if (place.faults.length) {
        throw new Mistake(`The configuration of stack "${pulumi.getStack()}"`, place.faults);
    }
    return { cloud, profile, protect };
}

const fields = {
    cloud: (given: string | undefined, place: Place) => word("cloud", cloudNames, "local", given, place),
    profile: (given: string | undefined, place: Place) => word("profile", profileNames, "dev", given, place),
    protect: (given: string | undefined, place: Place) => {
        if (given === undefined || given === "true" || given === "false")
            return given === undefined ? undefined : given === "true";
        place.in("mvi:protect").fault("must be true or false", "run `pulumi config set mvi:protect true`", given);
        return undefined;
    },
};

function word<T extends string>(
    key: string,
    words: readonly T[],
    fallback: T,
    given: string | undefined,
    place: Place,
): T {
    const own = new Place(`mvi:${key}`, []);
    const read = optional(oneOf(...words), fallback)(given, own);
    for (const fault of own.faults) {
        const near = given === undefined ? undefined : nearest(given, words);
        place.faults.push({ ...fault, todo: `run \`pulumi config set mvi:${key} ${near ?? fallback}\`` });
    }
    return read;
}
