import type { ProfileName } from "../../components";
import type { Program, Registered } from "../support/mocks";
import { run } from "../support/mocks";
import type { Scanned } from "../checkov/scanned";

export type Inputs = Readonly<Record<string, unknown>>;

/** Made is what a program makes at a profile. */
export interface Made {
    readonly profile: ProfileName;
    /** `prod/everything` */
    readonly program: string;
    readonly all: readonly Registered[];
}

/** Rule is what holds for each resource of some types, and no public scanner looks at. */
export interface Rule {
    /** What must be, as a sentence about the resource. */
    readonly says: string;
    /** Types: `gcp:cloudrunv2/service:Service`; or what they look like, where the rule is about a type that is yet to come. */
    readonly of: readonly string[] | RegExp;
    /** Is it so? Secrets stand in the inputs as `{ secret: value }`. */
    holds(inputs: Inputs, made: Made, type: string): boolean;
    /** Breaks it, in a copy of a resource for which it holds: so that a test sees that it can fail. */
    spoil(inputs: Loose, copy: { type: string }): void;
}

/** Inputs of which anything may be changed. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a resource of any type, to be broken at any place
export type Loose = any;

/** Exception is where a rule does not hold, and why. */
export interface Exception {
    readonly says: string;
    /** The resource: `guestbook-db-userMade-app`. @default all */
    readonly on?: RegExp;
    /** @default all */
    readonly program?: RegExp;
    /** @default all */
    readonly profiles?: readonly ProfileName[];
    readonly because: string;
}

/** What a program makes on a cloud, as the mocks show it. */
export async function made(
    { cloud, lens }: Pick<Scanned, "cloud" | "lens">,
    profile: ProfileName,
    [name, body]: readonly [string, () => unknown],
): Promise<Made> {
    const config = { "mvi:cloud": cloud, "mvi:profile": profile, "everything:token": "token" };
    const program: Program = { ...lens, config: { ...config, "everything:domain": "example.com" } };
    const all = (await run(program, body)).made.filter(({ custom }) => custom);
    return { profile, program: `${profile}/${name}`, all };
}

/** Is the rule about resources of this type? */
export function looksAt({ of }: Rule, type: string): boolean {
    return of instanceof RegExp ? of.test(type) : of.includes(type);
}

/** The value at a path of an object and its members; undefined where there is none. */
export function at(inputs: unknown, path: string): unknown {
    return path.split(".").reduce<unknown>((value, key) => (value as Inputs | undefined)?.[key], inputs);
}

/** A list's members at a path; none where there is no list. */
export function each(inputs: unknown, path: string): Inputs[] {
    return (at(inputs, path) ?? []) as Inputs[];
}

/** Has a text in it: no nothing, and nothing that is hidden. */
export function isText(value: unknown): value is string {
    return typeof value === "string" && value.length > 0;
}

/** Is it hidden from whoever reads the state? */
export function isSecret(value: unknown): boolean {
    return typeof value === "object" && value !== null && "secret" in value;
}
