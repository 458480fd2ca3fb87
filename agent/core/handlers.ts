/** The calls that the agent answers on its control socket. To add one, add a line to the table. */

import { writeAtomic } from "./files";
import { type Boot } from "../guardian/boot";
import { type Handler } from "./control";
import { type LimitsSupported } from "../process/limits";
import { type Guardians } from "./guardians";
import { type Hello } from "./launch";
import { type Lifetime } from "./lifetime";
import { type Place } from "./place";
import { nameOf } from "./processes";
import { type Records } from "./records";
import { type ApplyRequest, type ResourceState, type Resources } from "./resources";

export interface HandlerParts {
    readonly place: Place;
    readonly build: string;
    readonly resources: Resources;
    readonly records: Records;
    readonly guardians: Guardians;
    readonly lifetime: Lifetime;
    readonly boot: Promise<Boot>;
    readonly limits: LimitsSupported;
    readonly queries: Record<string, Handler>;
}

/** Status is what `status` answers. */
export interface Status extends Hello {
    readonly folder: string;
    readonly log: string;
    /** Milliseconds since 1970. */
    readonly since: number;
    readonly guardian?: number;
    readonly boot: Boot;
    /** What this machine can hold workloads to. */
    readonly limits: LimitsSupported;
    readonly resources: readonly ResourceState[];
    /** Files of records that could not be read, and were put aside. */
    readonly broken: readonly string[];
}

/** Removed is what `remove` answers. */
export interface Removed {
    /** Nothing is left: the agent ends, and its folder goes. */
    readonly last: boolean;
    /** What keeps the folder although no resource is known any more: see {@link Records.missing}. */
    readonly missing: readonly string[];
    /** The agent's. */
    readonly process: string;
}

export function handlersOf(parts: HandlerParts): Record<string, Handler> {
    const { place, build, resources, records, guardians, lifetime } = parts;
    const { work } = lifetime;
    const since = Date.now();
    const hello: Hello = { stack: place.stack, pid: process.pid, build };
    return {
        ...parts.queries,
        hello: work(async () => hello),
        guard: guardians.guard as Handler,
        /** Asked for ever by the guardian, so it is no work: an agent with nothing to keep ends all the same. */
        alive: async () => ({}),
        apply: work((request: ApplyRequest, call) => resources.apply(request, call.progress, call.signal)),
        read: work(({ kind, id }: { kind: string; id: string }) => resources.read(kind, id)),
        remove: work(async ({ kind, id }: { kind: string; id: string }) => {
            await resources.remove(kind, id);
            const empty = resources.empty();
            const missing = empty ? records.missing() : [];
            const last = empty && missing.length === 0;
            if (last) {
                lifetime.end(true);
            }
            return { last, missing, process: nameOf(process.pid)! } satisfies Removed; // who runs has a name
        }),
        list: work(async () => resources.states()),
        status: work(async (): Promise<Status> => ({
            ...hello,
            folder: place.folder,
            log: place.log,
            since,
            guardian: guardians.pid(),
            boot: await parts.boot,
            limits: parts.limits,
            resources: resources.states(),
            broken: records.broken,
        })),
        stop: work(async ({ keepAtBoot }: { keepAtBoot?: boolean }) => {
            if (!keepAtBoot) {
                writeAtomic(place.stopped, "");
            }
            lifetime.end(false);
        }),
    };
}
