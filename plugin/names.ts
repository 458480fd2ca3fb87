/** Names by which the engine and the plugin know each other. */

/** The package in type tokens: `mvi-local:index:<Kind>`. */
export const PACKAGE = "mvi-local";

/** The token of the resource type for a kind. */
export const tokenOf = (kind: string): string => `${PACKAGE}:index:${kind}`;

export interface Urn {
    /** `<project>/<stack>` */
    readonly agent: string;
    readonly token: string;
    readonly name: string;
}

/** Takes `urn:pulumi:<stack>::<project>::<parent types$type>::<name>` apart. */
export function readUrn(urn: string): Urn {
    const [stack, project, types, ...name] = urn.replace(/^urn:pulumi:/, "").split("::");
    return { agent: `${project}/${stack}`, token: types.split("$").pop() ?? "", name: name.join("::") };
}
