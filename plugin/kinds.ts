/** Kinds as the plugin uses them: for their checks, and for what they say of themselves. */

import { type Host, type Kind, Refusal } from "../agent/kind";
import { kindRegistry } from "../agent/kinds";
import { PACKAGE } from "./names";

export interface PluginKinds {
    readonly names: readonly string[];
    /** @throws {@link Refusal} when `token` names no kind. */
    ofToken(token: string): Kind;
}

export function openKinds(): PluginKinds {
    const registry = kindRegistry();
    const made = new Map<string, Kind>();
    return {
        names: registry.order,
        ofToken(token) {
            const [pkg, module, name] = token.split(":");
            if (pkg !== PACKAGE || module !== "index") {
                throw new Refusal(`${token}: expected ${PACKAGE}:index:<Kind>`);
            }
            const kind = made.get(name) ?? registry.make(name, NO_HOST);
            made.set(name, kind);
            return kind;
        },
    };
}

/** A check runs beside the engine, where there is no agent to lend anything. */
const NO_HOST = new Proxy({} as Host, {
    get(_, name) {
        throw new Error(
            `a kind used host.${String(name)} in its check or its construction: only apply, read, remove and stop may`,
        );
    },
});
