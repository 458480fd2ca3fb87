import { checkClouds, checkTransforms } from "./check-transforms";
import type { Check, Cloud, ServiceName } from "./cloud";
import type { AnyService, Guarded } from "./component";
import { notFollowing } from "./fault";
import type { Settings } from "./settings";
import { type Fields, isPlain, Place, record } from "./shape";

/** Reads and completes a component's arguments, faults into `place`. An `App` uses it before any part exists. @internal */
export function readSpec(service: AnyService, args: object, cloud: Cloud, settings: Settings, place: Place): object {
    const { transform, protect, ...own } = (isPlain(args) ? args : {}) as Guarded;
    const spec = record(service.fields(settings.profile) as Fields<object>)(isPlain(args) ? own : args, place);
    const guarded = protectable.has(service.name);
    if (protect !== undefined && (!guarded || typeof protect !== "boolean")) {
        place.in("protect").fault(guarded ? "must be true or false" : "is not known here", "leave it out", protect);
    }
    if (transform !== undefined)
        checkClouds(transform, cloud.name, place.in("transform"), (children, at) =>
            checkTransforms(children, cloud.children[service.name], cloud.name, at),
        );
    place.refuseLacking(service.name, own);
    if (isPlain(args)) {
        addFaults(place, (whole) => service.rules?.(spec, whole, own));
        const check = cloud.checks?.[service.name] as Check<ServiceName> | undefined;
        addFaults(place, (whole) => check?.(spec as never, whole, own as Readonly<Record<string, unknown>>));
    }
    return spec;
}

/** The rule for every name: it keeps native names within each cloud's limit. What a component makes itself may add to it. @internal */
export function checkName(name: unknown, place: Place, most = 40): void {
    if (typeof name === "string" && namePattern.test(name) && !name.includes("--") && name.length <= most) return;
    place
        .in("name")
        .fault(
            `must be 1 to ${most} lower-case letters, digits and single hyphens, a letter first, no hyphen last`,
            "choose such a name: clouds allow no other everywhere",
            name,
        );
}

const namePattern = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;
const protectable = new Set<ServiceName>(["database", "blob", "kv", "key", "secret", "log", "loadBalancer"]);

/** Adds what the rules find, but for what a fault of an argument has brought about. @internal */
export function addFaults(place: Place, rules: (whole: Place) => void): void {
    const whole = new Place(place.path, [], place.parts, place.lacks);
    rules(whole);
    place.faults.push(...notFollowing(whole.faults, place.faults));
}
