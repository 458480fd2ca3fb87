import { type Identity } from "../kind";

/**
 * Whether `identity` may do `verb` on the resource `id` of `kind`: only if a permit of its own says so. `write` includes
 * `read`; no other verb includes another.
 */
export function allows(identity: Pick<Identity, "permits">, kind: string, id: string, verb: string): boolean {
    return identity.permits.some(
        (permit) =>
            permit.kind === kind &&
            permit.id === id &&
            (permit.access.includes(verb) || (verb === "read" && permit.access.includes("write"))),
    );
}
