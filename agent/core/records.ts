/** The records: what the stack has, one file for each resource. */

import * as fs from "node:fs";
import * as path from "node:path";
import { type Vault } from "../kind";
import { ifAny, listIfAny, makeFolder, readIfAny, writeAtomic } from "./files";

/** Record is one resource as it was last applied. */
export interface Record {
    readonly kind: string;
    readonly id: string;
    /** Whose it is in the engine. */
    readonly urn: string;
    readonly inputs: object;
    readonly outputs: object;
    /** The names of inputs and outputs which are sealed on disk. */
    readonly sealed: readonly string[];
}

export interface Records {
    get(kind: string, id: string): Record | undefined;
    list(): Record[];
    put(record: Record): void;
    delete(kind: string, id: string): void;
    /** Notes that `kind` is about to make `id`, so that a half-made one is found after kill -9. */
    begin(kind: string, id: string): void;
    end(kind: string, id: string): void;
    begun(): { kind: string; id: string }[];
    /** Notes why it does not come back, for who asks no agent; or, without a reason, that it serves. */
    fails(kind: string, id: string, why: string | undefined): void;
    /** Whether its record was put aside: its data may be there. */
    lost(kind: string, id: string): boolean;
    /** What was put aside because it could not be read, for people. */
    readonly broken: readonly string[];
    /** Those of them whose resource was neither made anew nor removed since: its data may be there, and nothing else knows of it. */
    missing(): string[];
}

/** Whether there is a record of it in `folder`, for who asks no agent. */
export const isRecorded = (folder: string, kind: string, id: string): boolean =>
    fs.existsSync(fileOf(folder, kind, id));

/** Why it does not come back, as its agent in `folder` has noted; undefined when it serves, or was not tried yet. */
export const failureIn = (folder: string, kind: string, id: string): string | undefined =>
    readIfAny(failureOf(folder, kind, id));

const failureOf = (folder: string, kind: string, id: string): string => path.join(folder, "failing", kind, id);

const fileOf = (folder: string, kind: string, id: string): string => path.join(folder, "records", kind, `${id}.json`);

/** Opens the records in `folder`. A file that cannot be read is put aside: its resource is then gone, the others are not. */
export function openRecords(folder: string, vault: Vault): Records {
    const dir = makeFolder(path.join(folder, "records"));
    const aside = path.join(dir, ".broken");
    const markOf = (kind: string, id: string): string => path.join(folder, "begun", kind, id);
    const broken = listIfAny(aside).map((name) => path.join(aside, name));
    const known = new Map<string, Record>();
    const key = (kind: string, id: string): string => `${kind}/${id}`;
    const asideOf = (kind: string, id: string): string[] =>
        broken.filter((file) => path.basename(file).startsWith(`${kind}.${id}.json.`));

    for (const kind of kindsIn(dir)) {
        for (const name of listIfAny(path.join(dir, kind)).filter((file) => file.endsWith(".json"))) {
            const file = path.join(dir, kind, name);
            try {
                const record = unpack(JSON.parse(fs.readFileSync(file, "utf8")) as Packed, vault);
                known.set(key(kind, record.id), record);
            } catch {
                const kept = path.join(makeFolder(aside), `${kind}.${name}.${Date.now()}`);
                fs.renameSync(file, kept);
                broken.push(kept);
            }
        }
    }

    return {
        broken,
        lost: (kind, id) => asideOf(kind, id).length > 0,
        missing() {
            const found = new Set([...known.values()].flatMap(({ kind, id }) => asideOf(kind, id)));
            return broken.filter((file) => !found.has(file));
        },
        get: (kind, id) => known.get(key(kind, id)),
        list: () => [...known.values()],
        put(record) {
            makeFolder(path.join(dir, record.kind));
            writeAtomic(
                fileOf(folder, record.kind, record.id),
                JSON.stringify(pack(record, vault), undefined, 4) + "\n",
            );
            known.set(key(record.kind, record.id), record);
        },
        delete(kind, id) {
            fs.rmSync(fileOf(folder, kind, id), { force: true });
            known.delete(key(kind, id));
            for (const file of asideOf(kind, id)) {
                fs.rmSync(file, { force: true });
                broken.splice(broken.indexOf(file), 1);
            }
        },
        begin(kind, id) {
            makeFolder(path.dirname(markOf(kind, id)));
            writeAtomic(markOf(kind, id), "");
        },
        end: (kind, id) => fs.rmSync(markOf(kind, id), { force: true }),
        fails(kind, id, why) {
            const file = failureOf(folder, kind, id);
            if (why === undefined) {
                fs.rmSync(file, { force: true });
            } else {
                makeFolder(path.dirname(file));
                writeAtomic(file, why);
            }
        },
        begun: () =>
            kindsIn(path.join(folder, "begun")).flatMap((kind) =>
                listIfAny(path.join(folder, "begun", kind))
                    .filter((id) => !id.endsWith(".half"))
                    .map((id) => ({ kind, id })),
            ),
    };
}

/** Packed is a record as it lies on disk: a sealed property is `{ "sealed": "<text>" }`. */
type Packed = Record & { inputs: Properties; outputs: Properties };
type Properties = { [name: string]: unknown };

function pack(record: Record, vault: Vault): Packed {
    const seal = (properties: object): Properties =>
        mapProperties(properties, (name, value) =>
            record.sealed.includes(name) && value !== undefined ? { sealed: vault.seal(JSON.stringify(value)) } : value,
        );
    return { ...record, inputs: seal(record.inputs), outputs: seal(record.outputs) };
}

function unpack(packed: Packed, vault: Vault): Record {
    const open = (properties: object): Properties =>
        mapProperties(properties, (name, value) =>
            packed.sealed.includes(name) && value !== undefined
                ? JSON.parse(vault.open((value as { sealed: string }).sealed))
                : value,
        );
    return { ...packed, inputs: open(packed.inputs), outputs: open(packed.outputs) };
}

function mapProperties(properties: object, change: (name: string, value: unknown) => unknown): Properties {
    return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, change(name, value)]));
}

function kindsIn(folder: string): string[] {
    const entries = ifAny(() => fs.readdirSync(folder, { withFileTypes: true })) ?? [];
    return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map((entry) => entry.name);
}
