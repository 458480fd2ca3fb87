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

/** A check runs beside the engine, where there is no agent: kinds may take hold of what a host has, but not use it. */
const NO_HOST = absent("host") as Host;

function absent(path: string): unknown {
    return new Proxy(() => undefined, {
        get: (_, name) => absent(`${path}.${String(name)}`),
        apply() {
            throw new Error(
                `${path}: a kind used it to check inputs, or when it was made, and there is no agent there`,
            );
        },
    });
}
