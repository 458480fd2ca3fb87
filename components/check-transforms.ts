import { oneOfKnown } from "./fault";
import { cloudNames } from "./settings";
import { isPlain, type Place } from "./shape";

/** Checks what is to be changed, by cloud; `check` is asked about that of the cloud `own`, the only one whose children are known. */
export function checkClouds(given: unknown, own: string, at: Place, check: (of: unknown, at: Place) => void): void {
    if (!isPlain(given)) return at.fault("must be an object by cloud", `write { ${own}: { … } }`, given);
    for (const [name, of] of Object.entries(given)) {
        if (!(cloudNames as readonly string[]).includes(name))
            at.in(name).fault("is no cloud", `known are ${cloudNames.join(", ")}`);
        else if (name === own) check(of, at.in(name));
    }
}

/** Checks what is to be changed of the children that there may be on a cloud, by key. */
export function checkTransforms(given: unknown, known: readonly string[], cloud: string, at: Place): void {
    if (!isPlain(given)) return at.fault("must be an object by child", "write { … }, with a child's key", given);
    for (const [key, change] of Object.entries(given)) {
        const place = at.in(key);
        if (known.includes(key)) {
            if (typeof change !== "function" && !isPlain(change))
                place.fault("must be an object or a function", "write { argument: value }", change);
            continue;
        }
        place.fault(`is no child of it on ${cloud}`, oneOfKnown(key, known));
    }
}
