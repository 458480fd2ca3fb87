/** The resources of the stack: applied, read and removed, brought back on start, and tried again while they fail. */

import { Gone, type Kind, Refusal } from "../kind";
import { Ending } from "./control";
import { forEach, Mutexes } from "./mutex";
import { type Record, type Records } from "./records";

export interface Resources {
    apply(request: ApplyRequest, progress: (line: string) => void, signal: AbortSignal): Promise<object>;
    /** What is there, and what the record says of it; undefined when it has gone. */
    read(kind: string, id: string): Promise<Reading | undefined>;
    remove(kind: string, id: string): Promise<void>;
    /** Brings back what the records say, in order. Does not reject: what fails is tried again, and shown by `states`. */
    bringUp(): Promise<void>;
    /** Ends what runs and keeps the data. */
    stop(): Promise<void>;
    states(): ResourceState[];
    /** Whether nothing is left to keep. */
    empty(): boolean;
}

export interface ApplyRequest {
    readonly kind: string;
    readonly id: string;
    readonly urn: string;
    readonly inputs: object;
    /** Names of properties which the engine holds as secrets, besides those of the kind. */
    readonly secrets: readonly string[];
    /** The engine does not know it yet: it may not be another's. */
    readonly create: boolean;
}

export interface Reading {
    readonly inputs: object;
    readonly outputs: object;
    readonly secrets: readonly string[];
}

export interface ResourceState {
    readonly kind: string;
    readonly id: string;
    readonly urn: string;
    readonly state: "starting" | "serving" | "failing";
    /** Why it fails. */
    readonly error?: string;
    /** Milliseconds since 1970. */
    readonly since: number;
}

/** Kinds is what {@link openResources} needs of the registry of kinds. */
export interface Kinds {
    /** Names, in the order in which they are brought up. */
    readonly order: readonly string[];
    kind(name: string): Kind;
    /** Those that were used since the start. */
    used(): Kind[];
}

export function openResources(records: Records, kinds: Kinds, report: (line: string) => void): Resources {
    const mutexes = new Mutexes();
    const states = new Map<string, Pick<ResourceState, "state" | "error" | "since">>();
    /** Those whose data have gone, as they said when they were to be brought back. */
    const gone = new Set<string>();
    const retries = new Map<string, NodeJS.Timeout>();
    const stopping = new AbortController();
    let isBroughtUp!: () => void;
    const broughtUp = new Promise<void>((resolve) => (isBroughtUp = resolve)); // calls come in before it has begun

    const key = (kind: string, id: string): string => `${kind}/${id}`;
    const enter = (name: string, state: ResourceState["state"], error?: string): void => {
        states.set(name, { state, error, since: Date.now() });
        if (state === "serving") gone.delete(name);
        if (state !== "starting") note(name, error);
    };
    /** The next `up` is to try it again, and to say why it fails: to the engine nothing has changed. */
    const note = (name: string, error: string | undefined): void => {
        const [kind, id] = name.split("/");
        try {
            records.fails(kind, id, error);
        } catch (fault) {
            report(`${name}: what became of it could not be noted: ${messageOf(fault)}`); // as on a full disk
        }
    };
    const forgetRetry = (name: string): void => {
        clearTimeout(retries.get(name));
        retries.delete(name);
    };

    /** What is there of it; undefined when it has gone. */
    async function look(kind: Kind, { id, inputs, outputs }: Record): ReturnType<Kind["read"]> {
        const name = key(kind.name, id);
        // What could not be brought back is not there, and has not gone: forgotten by the engine it would be nobody's.
        const kept = states.get(name)?.state === "failing" && !gone.has(name) ? { inputs, outputs } : undefined;
        return (await kind.read(id, { inputs, outputs })) ?? kept;
    }

    async function create(request: ApplyRequest, kind: Kind, call: Parameters<Kind["apply"]>[2]): Promise<object> {
        const { id } = request;
        if (records.lost(kind.name, id)) {
            return kind.apply(id, request.inputs, call); // its data are older than this call, which may not undo them
        }
        records.begin(kind.name, id);
        try {
            return await kind.apply(id, request.inputs, call);
        } catch (error) {
            await undo(kind, id, request.inputs);
            throw error;
        }
    }

    /** What cannot be undone now stays marked as begun, and is undone when the agent starts again. */
    async function undo(kind: Kind, id: string, inputs: object | undefined): Promise<void> {
        try {
            await kind.remove(id, inputs);
            records.end(kind.name, id);
        } catch (error) {
            report(`${kind.name}/${id}: was half made, and could not be removed: ${messageOf(error)}`);
        }
    }

    function applyNow(request: ApplyRequest, progress: (line: string) => void, signal: AbortSignal): Promise<object> {
        const kind = kinds.kind(request.kind);
        const name = key(kind.name, request.id);
        return mutexes.run(name, async () => {
            refuseIfStopping(signal);
            const record = records.get(kind.name, request.id);
            if (record && request.create && record.urn !== request.urn) {
                throw new Refusal(`${kind.name} ${request.id} is already made by ${record.urn}: choose another name`);
            }
            const either = AbortSignal.any([signal, stopping.signal]);
            // A refresh found it gone, so that the engine has forgotten it: it is made as if for the first time.
            const anew = record !== undefined && request.create && (await look(kind, record)) === undefined;
            const previous = anew ? undefined : record?.inputs;
            const call = { previous, restoring: false, progress, signal: either };
            forgetRetry(name);
            const outputs = record ? await update(request, kind, call, name) : await create(request, kind, call);
            const sealed = [...new Set([...kind.secrets, ...request.secrets])];
            records.put({ kind: kind.name, id: request.id, urn: request.urn, inputs: request.inputs, outputs, sealed });
            records.end(kind.name, request.id);
            enter(name, "serving");
            return outputs;
        });
    }

    async function update(
        request: ApplyRequest,
        kind: Kind,
        call: Parameters<Kind["apply"]>[2],
        name: string,
    ): Promise<object> {
        try {
            return await kind.apply(request.id, request.inputs, call);
        } catch (error) {
            // what was there serves on, unless it did not serve before: then go on trying
            if (states.get(name)?.state !== "serving") {
                retryLater(name, 0);
            }
            throw error;
        }
    }

    function refuseIfStopping(signal: AbortSignal): void {
        if (stopping.signal.aborted) {
            throw new Ending();
        }
        signal.throwIfAborted();
    }

    function restore(record: Record): Promise<void> {
        const name = key(record.kind, record.id);
        return mutexes.run(name, async () => {
            const current = records.get(record.kind, record.id);
            if (stopping.signal.aborted || current === undefined) {
                return;
            }
            try {
                const outputs = await kinds.kind(record.kind).apply(record.id, current.inputs, {
                    previous: current.inputs,
                    restoring: true,
                    progress: (line) => report(`${name}: ${line}`),
                    signal: stopping.signal,
                });
                if (JSON.stringify(outputs) !== JSON.stringify(current.outputs)) {
                    records.put({ ...current, outputs });
                }
                enter(name, "serving");
                retries.delete(name);
            } catch (error) {
                const message = messageOf(error);
                report(`${name}: does not come back: ${message}`);
                enter(name, "failing", message);
                if (error instanceof Gone) gone.add(name);
                throw error;
            }
        });
    }

    function retryLater(name: string, attempt: number): void {
        const timer = setTimeout(
            () => {
                const [kind, id] = name.split("/");
                const record = records.get(kind, id);
                if (record) {
                    restore(record).catch(() => retryLater(name, attempt + 1)); // restore has reported why
                }
            },
            Math.min(1000 * 2 ** attempt, LONGEST_WAIT),
        );
        if (stopping.signal.aborted) {
            clearTimeout(timer);
        } else {
            retries.set(name, timer);
        }
    }

    async function bringUpNow(): Promise<void> {
        for (const { kind, id } of records.begun()) {
            await mutexes.run(key(kind, id), async () => {
                if (records.get(kind, id) === undefined) {
                    report(`${kind}/${id}: was half made when the agent ended: removing it`);
                    await undo(kinds.kind(kind), id, undefined);
                } else {
                    records.end(kind, id);
                }
            });
        }
        const all = records.list();
        all.forEach((record) => enter(key(record.kind, record.id), "starting"));
        for (const kind of kinds.order) {
            const those = all.filter((record) => record.kind === kind);
            await forEach(those, WIDTH, (record) =>
                restore(record).catch(() => retryLater(key(record.kind, record.id), 0)),
            );
        }
    }

    return {
        async apply(request, progress, signal) {
            await broughtUp;
            return applyNow(request, progress, signal);
        },
        async read(kindName, id) {
            await broughtUp;
            const kind = kinds.kind(kindName);
            return mutexes.run(key(kindName, id), async () => {
                const record = records.get(kindName, id);
                const found = record && (await look(kind, record));
                return found && { ...found, secrets: record.sealed };
            });
        },
        async remove(kindName, id) {
            await broughtUp;
            const kind = kinds.kind(kindName);
            const name = key(kindName, id);
            await mutexes.run(name, async () => {
                forgetRetry(name);
                await kind.remove(id, records.get(kindName, id)?.inputs);
                records.delete(kindName, id);
                states.delete(name);
                gone.delete(name);
                note(name, undefined);
            });
        },
        async bringUp() {
            await bringUpNow();
            isBroughtUp();
        },
        async stop() {
            stopping.abort(new Ending());
            [...retries.keys()].forEach(forgetRetry);
            await mutexes.idle();
            const rank = (kind: Kind): number => kinds.order.indexOf(kind.name);
            for (const kind of kinds.used().sort((a, b) => rank(b) - rank(a))) {
                await kind.stop();
            }
        },
        states: () =>
            records.list().map(({ kind, id, urn }) => ({
                kind,
                id,
                urn,
                ...(states.get(key(kind, id)) ?? { state: "starting" as const, since: Date.now() }),
            })),
        empty: () => records.list().length === 0 && records.begun().length === 0,
    };
}

/** How many of one kind are brought up at a time. */
const WIDTH = 4;
const LONGEST_WAIT = 60_000;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
