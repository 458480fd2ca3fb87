import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { type CloudName, Mistake, openCloud } from "../../components";
import type { Cloud, ServiceName } from "../../components/cloud";
import type { ComponentOptions } from "../../components/component";
import { gapsIn } from "../../components/lacks";
import { isPlain } from "../../components/plain";
import { linked } from "../../components/workload";
import { run, value } from "../support/mocks";
import { proving } from "../support/proof";
import { record } from "../support/record";
import { type Change, changes } from "./changes";
import type { Lens } from "./index";
import { samples } from "./samples";

/** Seen is what became of an argument's change, in one way of using its service. */
export type Seen = "made otherwise" | "refused" | "lacking" | "dropped";

/** Expected is what a cloud's own tests say of arguments that change nothing there, or are refused there only. */
interface Expected {
    /** `container on machines: scale`: refused by its name, on this cloud. */
    readonly refused: readonly string[];
    /** What changes nothing here, as it is right: which, by the same names, and why. @default nothing */
    readonly alike?: readonly (readonly [which: RegExp, why: string])[];
    /** Ways that need no trial here, since they are carried out as another one is. @default none */
    readonly not?: readonly string[];
}

/**
 * Changes each argument of each service, in each way of using it that a cloud may carry out otherwise, one at a time: what is
 * made must change with it, or it is refused, or it is among what the cloud lacks. Read and then dropped is not enough.
 */
export function changesAll(name: CloudName, lens: Lens, { refused, alike = [], not = [] }: Expected): void {
    const all: Record<Seen, string[]> = { "made otherwise": [], refused: [], lacking: [], dropped: [] };
    const right = (place: string) => alike.some(([which]) => which.test(place));

    for (const service of Object.keys(changes) as ServiceName[])
        for (const way of waysOn(name, service).filter((one) => !not.includes(`${service} ${one}`)))
            it(`is made otherwise, or refused, with each argument: ${service} ${way}`, async function () {
                this.timeout(120_000);
                const found = await effects(name, lens, service, way);
                const places = changesIn(service, way).map((change) => `${service} ${way}: ${nameOf(change)}`);
                places.forEach((place, index) => all[found[index]].push(place));
                const dropped = places.filter((_, index) => found[index] === "dropped");
                expect(dropped.filter((place) => !right(place))).to.deep.equal([]);
            });

    it("is refused where that is known, and nowhere else; nor is anything right that is not so", () => {
        expect(all.refused.sort()).to.deep.equal([...refused].sort());
        for (const [which, why] of alike)
            expect(
                all.dropped.some((place) => which.test(place)),
                why,
            ).to.equal(true);
    });
}

/** The ways that a cloud has at all. */
function waysOn(name: CloudName, service: ServiceName): string[] {
    const { ways, needs = {} } = changes[service];
    const lacks = Object.keys(openCloud(name).lacks[service] ?? {});
    return Object.keys(ways).filter(
        (way) => !lacks.some((gap) => gap === needs[way] || gap === needs[way]?.split("=")[0]),
    );
}

/** What became of each change of a service's arguments in one way; on a cloud with a flaw, for tests of this. */
export async function effects(
    name: CloudName,
    lens: Lens,
    service: ServiceName,
    way: string,
    flawed = (cloud: Cloud) => cloud,
): Promise<Seen[]> {
    const known = new Map<string, string>();
    const found: Seen[] = [];
    for (const change of changesIn(service, way)) {
        const ask = (which: "from" | "to") => graphOf(name, lens, service, { way, change, which, flawed });
        const base = baseOf(change);
        try {
            // Not before it is made: that it cannot be is this change's own, since it is asked what both sides lack.
            const before = (base === undefined ? undefined : known.get(base)) ?? (await ask("from"));
            if (base !== undefined) known.set(base, before);
            found.push(before === (await ask("to")) ? "dropped" : "made otherwise");
        } catch (error) {
            if (error instanceof Lacking) found.push("lacking");
            else if (error instanceof Mistake && names(error, change)) found.push("refused");
            else throw error;
        }
    }
    return found;
}

/** A change's name among those of a service, in one way of using it. */
export function nameOf({ path, when }: Change): string {
    return when === undefined ? path : `${path}, ${when}`;
}

/** What several changes can be compared with, as a text; undefined when this one needs resources of its own. */
function baseOf({ path, from, to, with: beside, timed, apart }: Change): string | undefined {
    if ([from, to, beside].some((one) => typeof one === "function")) return undefined;
    return stable([from === undefined ? "" : path, from, beside, timed, apart]);
}

/** A service's changes which are possible in one way of using it. */
export function changesIn(service: ServiceName, way: string): readonly Change[] {
    const [first] = Object.keys(changes[service].ways);
    return changes[service].changes
        .filter(({ not = [], only }) => !not.includes(way) && (!only || only.includes(way)))
        .filter(({ common }) => way === first || !common || proving);
}

class Lacking extends Error {}

interface Asked {
    readonly way: string;
    readonly change: Change;
    readonly which: "from" | "to";
    readonly flawed: (cloud: Cloud) => Cloud;
}

/** All that is registered, and what a link gives, as a text. */
async function graphOf(name: CloudName, lens: Lens, service: ServiceName, asked: Asked): Promise<string> {
    const program = { config: { "mvi:cloud": name }, outputs: lens.outputs, calls: lens.calls };
    const { change, which } = asked;
    const { result } = await run(program, () => {
        const cloud = asked.flawed(openCloud(name));
        const options = { cloud };
        if (Object.hasOwn(cloud.lacks[service] ?? {}, change.path)) throw new Lacking();
        const recording = record();
        // Made for both, so that only what is done with it makes a difference.
        const to = valueOf(change.to, options);
        const from = valueOf(change.from, options);
        const beside = valueOf(change.with, options) as object | undefined;
        const base = { ...changes[service].ways[asked.way](options), ...beside };
        refuseLacking(cloud, service, set(base, change.path, to));
        const args =
            which === "to" ? set(base, change.path, to) : from === undefined ? base : set(base, change.path, from);
        const made = new samples[service].type("tried", args as never, options);
        changes[service].beside?.(made as never, options);
        const grant = isLinked(service, asked.way) ? linked([made.link()]) : undefined;
        return { recording, grant: pulumi.output(grant && { env: grant.env, files: grant.files }) };
    });
    const lines = result.recording.resources
        .filter(({ name: child }) => !change.apart?.some((one) => child.startsWith(one)))
        .map(({ type, name: child, inputs, options: { customTimeouts, ...options } }) =>
            stable([type, child, inputs, change.timed ? { ...options, customTimeouts } : options]),
        );
    return [...lines.sort(), stable((await value(result.grant)) ?? {})].join("\n");
}

function refuseLacking(cloud: Cloud, service: ServiceName, args: object): void {
    const inner = isPlain((args as { build?: unknown }).build) ? gapsIn(cloud.lacks.image, args) : [];
    if ([...gapsIn(cloud.lacks[service], args), ...inner].length) throw new Lacking();
}

function valueOf(given: unknown, options: ComponentOptions): unknown {
    return typeof given === "function" ? (given as (options: ComponentOptions) => unknown)(options) : given;
}

/** Does it say which argument is meant, or what that stands in? */
function names({ faults }: Mistake, { path }: Change): boolean {
    const words = (place: string) => ` ${place.split(/[^A-Za-z0-9]+/).join(" ")} `;
    return faults.some(({ where }) => words(path).startsWith(words(where)) || words(where).startsWith(words(path)));
}

/** A copy with `value` at a path such as `routes.0.host`. */
function set(args: object, path: string, given: unknown): object {
    const [key, ...rest] = path.split(".");
    const own = args as Record<string, unknown>;
    const next = rest.length ? set((own[key] ?? {}) as object, rest.join("."), given) : given;
    if (!Array.isArray(args)) return { ...own, [key]: next };
    return Object.assign([...(args as unknown[])], { [key]: next });
}

function isLinked(service: ServiceName, way: string): boolean {
    const { linked: which = [] } = changes[service];
    return which === true || which.includes(way);
}

/** JSON with its keys in order. */
function stable(given: unknown): string {
    return JSON.stringify(given, (_, one: unknown) =>
        isPlain(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one,
    );
}
