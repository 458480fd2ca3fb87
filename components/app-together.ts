import type { Part } from "./app";
import { watched } from "./app-alarms";
import { isPlain, type Place } from "./shape";

/** Rules about several parts of an `App` together: what each makes by itself, and what only one can have. */
export function checkTogether(parts: readonly Part[], alarms: boolean, top: Place): void {
    const byName = new Map(parts.map((part) => [part.name, part]));
    const owners = new Map<string, string>();
    for (const { name, section, args } of parts) {
        for (const [made, type] of madeBy(name, section.type, args as Record<string, unknown>, alarms)) {
            const other = byName.get(made);
            if (other?.section.type === type)
                top.in(made).fault(
                    `has the name of the ${type} that "${name}" makes by itself`,
                    "choose another name",
                    made,
                );
        }
        for (const [what, where] of taken(name, args as Record<string, unknown>)) {
            const owner = owners.get(what);
            if (owner)
                where
                    .reduce((at, step) => at.in(step), top)
                    .fault(`is taken by ${owner}`, "only one part can have it: choose another one", what);
            owners.set(what, where.join("."));
        }
    }
}

/** The components that a part makes by itself, with their types: by the rules of `prepareWorkload` and of the alarms. */
function madeBy(
    name: string,
    type: string,
    args: Record<string, unknown>,
    alarms: boolean,
): [name: string, type: string][] {
    const made: [string, string][] = [];
    if (type === "Container" || type === "Job") {
        if (args.log === undefined) made.push([`${name}-log`, "Log"]);
        made.push([`${name}-image`, "Image"]);
        for (const sidecar of Object.keys(isPlain(args.sidecars) ? args.sidecars : {}))
            made.push([`${name}-${sidecar}-image`, "Image"]);
    }
    if (type === "LoadBalancer") made.push([`${name}-access`, "Log"]);
    if (alarms) for (const gauge of Object.keys(watched[type] ?? {})) made.push([`${name}-${gauge}`, "Metric"]);
    return made;
}

/** What only one part can have: a domain, a port that clients connect to. */
function taken(name: string, { domain, tcp }: Record<string, unknown>): [what: string, where: string[]][] {
    const listeners = isPlain(tcp) ? Object.entries(tcp) : [];
    return [
        ...(typeof domain === "string" ? [[domain, [name, "domain"]] as [string, string[]]] : []),
        ...listeners.map(
            ([key, one]) =>
                [`port ${String((one as { listen?: unknown }).listen)}`, [name, "tcp", key, "listen"]] as [
                    string,
                    string[],
                ],
        ),
    ];
}
