import type { Check, Cloud, ServiceName } from "./cloud";
import type { AnyService, Guarded } from "./component";
import { nearest, notFollowing } from "./fault";
import { cloudNames, type Settings } from "./settings";
import { type Fields, isPlain, Place, record } from "./shape";

/** Reads and completes a component's arguments, faults into `place`. An `App` uses it before any part exists. @internal */
export function readSpec(service: AnyService, args: object, cloud: Cloud, settings: Settings, place: Place): object {
    const { transform, protect, ...own } = (isPlain(args) ? args : {}) as Guarded;
    const spec = record(service.fields(settings.profile) as Fields<object>)(isPlain(args) ? own : args, place);
    const guarded = protectable.has(service.name);
    if (protect !== undefined && (!guarded || typeof protect !== "boolean")) {
        place.in("protect").fault(guarded ? "must be true or false" : "is not known here", "leave it out", protect);
    }
    checkTransform(transform, cloud, service.name, place.in("transform"));
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

function checkTransform(transform: unknown, cloud: Cloud, service: ServiceName, at: Place): void {
    if (transform === undefined) return;
    if (!isPlain(transform)) return at.fault("must be an object by cloud", `write { ${cloud.name}: { … } }`, transform);
    for (const [name, keys] of Object.entries(transform)) {
        if (!(cloudNames as readonly string[]).includes(name)) {
            at.in(name).fault("is no cloud", `known are ${cloudNames.join(", ")}`);
        } else if (name === cloud.name) {
            const place = at.in(name);
            if (!isPlain(keys)) place.fault("must be an object by child", "write { … }, with a child's key", keys);
            for (const [key, change] of Object.entries(isPlain(keys) ? keys : {})) {
                if (cloud.children[service].includes(key)) {
                    if (typeof change !== "function" && !isPlain(change))
                        place.in(key).fault("must be an object or a function", "write { argument: value }", change);
                    continue;
                }
                const near = nearest(key, cloud.children[service]);
                place
                    .in(key)
                    .fault(
                        `is no child of it on ${name}`,
                        near
                            ? `did you mean \`${near}\`?`
                            : `known are ${cloud.children[service].join(", ") || "none"}`,
                    );
            }
        }
    }
}

/** Adds what the rules find, but for what a fault of an argument has brought about. */
function addFaults(place: Place, rules: (whole: Place) => void): void {
    const whole = new Place(place.path, [], place.parts, place.lacks);
    rules(whole);
    place.faults.push(...notFollowing(whole.faults, place.faults));
}
