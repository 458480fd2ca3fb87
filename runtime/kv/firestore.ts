import { createHash } from "node:crypto";
import { RuntimeError } from "../errors";
import { type Condition, type KvDriver, type Place, type StoredEntry } from "./driver";
import { codeOf, isChanged } from "./firestore-errors";
import { openDocuments } from "./firestore-rest";
import { entryOf, fieldsOf, type Store, VALUE, VERSION } from "./firestore-values";

/**
 * Opens a collection of Google Firestore (native mode), or of its emulator.
 *
 * An entry is a document with the key, `value`, `version` and when it expires. Its name is a hash of the key: names may
 * be neither everything that keys may, nor as long. With a sort key, the entries of a partition are documents below one
 * that stands for it, in a collection of the same name, so that one TTL policy is for all of them. Nothing needs an
 * index but those that each field has.
 */
export async function openFirestore(url: URL): Promise<KvDriver> {
    const store = readUrl(url);
    const documents = await openDocuments(store);
    const at = ({ partition, sort }: Place) =>
        sort === undefined ? nameOf(partition, store) : `${nameOf(partition, store)}/${nameOf(sort, store)}`;
    const inTurn = turns();
    const find = async (place: Place) => {
        const document = await documents.get(at(place));
        return document && { entry: entryOf(document, store), updateTime: document.updateTime };
    };

    /** Writes what `next` makes of the entry. Of this process, one after another: each else makes the others try again. */
    const replace = (place: Place, version: string, next: Next) =>
        inTurn(at(place), () => tryReplace(place, version, next));

    /** Writes what `next` makes of the entry, if nobody else has written meanwhile; else tries again. */
    async function tryReplace(place: Place, version: string, next: Next) {
        for (let tries = 0; ; tries++) {
            const old = await find(place);
            // The answer to an earlier try was lost.
            if (tries > 0 && old?.entry.version === version) return old.entry;
            const entry = next(old?.entry);
            if (!entry) return undefined;
            const currentDocument = old ? { updateTime: old.updateTime } : { exists: false };
            try {
                await documents.commit({
                    update: { name: at(place), fields: fieldsOf(entry, store) },
                    currentDocument,
                });
                return entry;
            } catch (error) {
                if (!isChanged(error)) throw error;
            }
            await pause(tries);
        }
    }

    return {
        name: documents.name,
        native: documents.client,
        sorted: store.sort !== undefined,
        expires: store.ttl !== undefined,

        get: async (place) => (await find(place))?.entry,

        async put(entry, condition) {
            if (condition) {
                const next = (old?: StoredEntry) => (holds(condition, old) ? entry : undefined);
                return (await replace(entry.place, entry.version, next)) !== undefined;
            }
            await documents.commit({ update: { name: at(entry.place), fields: fieldsOf(entry, store) } });
            return true;
        },

        async delete(place, condition) {
            for (let tries = 0; ; tries++) {
                const old = condition && (await find(place));
                if (condition && !holds(condition, old?.entry)) return false;
                const currentDocument = old && { updateTime: old.updateTime };
                try {
                    await documents.commit({ delete: at(place), ...(currentDocument && { currentDocument }) });
                    return true;
                } catch (error) {
                    if (!condition || !isChanged(error)) throw error;
                }
                await pause(tries);
            }
        },

        async increment(place, by, version, now) {
            const sum = await replace(place, version, (old) => {
                if (!old) return { place, value: by, version };
                if (isOver(old, now)) return undefined;
                if (typeof old.value === "number") return { ...old, value: old.value + by, version };
                throw new RuntimeError("Invalid", `${documents.name}: increment: what is there is no number`);
            });
            return sum?.value as number | undefined;
        },

        async *list(partition, prefix) {
            const field = store.sort ?? store.partition;
            const parent = partition === undefined ? "" : nameOf(partition, store);
            for await (const document of documents.query(parent, store.collection, field, prefix, after(prefix)))
                yield entryOf(document, store);
        },

        codeOf,
        close: () => undefined, // Its connections end by themselves when they are idle.
    };
}

type Next = (old?: StoredEntry) => StoredEntry | undefined;

function readUrl(url: URL): Store {
    const query = (name: string): string | undefined => url.searchParams.get(name) ?? undefined;
    const partition = query("partition_key");
    const form = "firestore://<database>?project=<project>&partition_key=<field>";
    const wrong = (what: string) => new RuntimeError("Invalid", `openKV: "${url.href}" ${what}: it must be ${form}`);
    if (url.hostname === "" || !["", "/"].includes(url.pathname)) throw wrong("names no database, or more");
    if (!partition) throw wrong("has no partition_key");
    const [sort, ttl, endpoint] = [query("sort_key"), query("ttl"), query("endpoint")];
    const taken = [partition, sort, ttl].find((each) => each === VALUE || each === VERSION);
    if (taken) throw wrong(`names a field "${taken}", which is needed for entries (name the key or ttl otherwise)`);
    const odd = [partition, sort, ttl].find((each) => each !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(each));
    if (odd) throw wrong(`names a field "${odd}", but a name has letters, digits and _`);
    if (endpoint !== undefined && !/^https?:\/\/[^/]/.test(endpoint)) throw wrong("has an endpoint that is no URL");
    const database = decodeURIComponent(url.hostname);
    const collection = query("collection") ?? "entries";
    return { database, project: query("project"), collection, partition, sort, ttl, endpoint };
}

function nameOf(key: string, { collection }: Store): string {
    return `${collection}/${createHash("sha256").update(key).digest("hex")}`;
}

/** The first text, in the order of UTF-8, which is after all that begin with `prefix`. */
function after(prefix: string): string | undefined {
    const points = Array.from(prefix, (each) => each.codePointAt(0) ?? 0);
    while (points.at(-1) === LAST) points.pop();
    const last = points.pop();
    if (last === undefined) return undefined;
    // Between them are the halves of pairs, which are no characters.
    return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

const LAST = 0x10ffff;

/** Whether an entry, or that there is none, is what a write asks for. */
function holds({ is, version, now }: Condition, entry: StoredEntry | undefined): boolean {
    const over = entry !== undefined && isOver(entry, now);
    if (is === "absent") return !entry || over;
    return is === "expired" ? over : !over && entry?.version === version;
}

function isOver({ expires }: StoredEntry, now: number): boolean {
    return expires !== undefined && expires <= now;
}

/** Runs what has the same name one after another. */
function turns(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
    const last = new Map<string, Promise<unknown>>();
    return async (name, work) => {
        const turn = (last.get(name) ?? Promise.resolve()).then(work);
        const done = turn.catch(() => undefined); // Who asked for it hears of it.
        last.set(name, done);
        try {
            return await turn;
        } finally {
            if (last.get(name) === done) last.delete(name);
        }
    };
}

/** Lets those who write the same entry at once go one after another. */
function pause(tries: number): Promise<void> {
    const limit = Math.min(10 * 2 ** tries, 1000);
    return new Promise((resolve) => setTimeout(resolve, Math.random() * limit));
}
