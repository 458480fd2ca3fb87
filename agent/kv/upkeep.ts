/** What is done to whole tables: expired items go, old history goes, and a table comes back as it was. */

import { type Table } from "./definition";
import { type Store } from "./store";
import { type Item } from "./value";
import { TOKEN_LIFE } from "./writes";

/** How long every change is kept, in milliseconds: as long as DynamoDB keeps it. */
export const RECOVERY = 35 * 24 * 60 * 60 * 1000;

/** Removes what expired before `now`, a part at a time so that others get their turn, and says how many items went. */
export async function sweep(store: Store, now = Date.now()): Promise<number> {
    let gone = 0;
    for (const { name } of store.tables()) {
        for (;;) {
            const removed = await store.write((transaction) => {
                const table = store.table(name);
                const keys = table ? store.expired(table, now, PART) : [];
                for (const key of keys) if (table) transaction.delete(table, key);
                return keys.length;
            });
            gone += removed;
            if (removed < PART) break;
        }
        await store.forget(name, now - RECOVERY);
    }
    await store.dropNotes((note) => now - (JSON.parse(note.toString()) as { time: number }).time > TOKEN_LIFE);
    return gone;
}

/**
 * Fills the empty table `target` with what `source` held at `time`, in milliseconds since 1970.
 *
 * @throws Error if `source` cannot be brought back to that time, or `target` has other keys or holds items.
 */
export async function restore(store: Store, source: string, time: number, target: string): Promise<number> {
    return store.write((transaction) => {
        const [from, to] = [store.table(source), store.table(target)];
        if (!from) throw new Error(`Table ${source}: there is no such table: there are ${tableNames(store)}`);
        if (!to)
            throw new Error(`Table ${target}: there is no such table: declare it first, with the keys of ${source}`);
        refuseTime(from, time);
        if (JSON.stringify([from.partitionKey, from.sortKey]) !== JSON.stringify([to.partitionKey, to.sortKey])) {
            throw new Error(`Table ${target}: its keys are not those of ${source}: declare it with the same`);
        }
        if (!store.empty(to)) throw new Error(`Table ${target}: is not empty: declare a new one`);

        // The first change after the time tells what was there at the time.
        const undone = new Map<string, Item | undefined>();
        for (const { key, old } of store.history(from, time)) {
            const name = key.toString("latin1");
            if (!undone.has(name)) undone.set(name, old);
        }
        let count = 0;
        const put = (key: Buffer, item: Item): void => {
            transaction.put(to, key, item);
            count++;
        };
        for (const { key, item } of store.range(from)) if (!undone.has(key.toString("latin1"))) put(key, item);
        for (const [name, old] of undone) if (old) put(Buffer.from(name, "latin1"), old);
        return count;
    });
}

/** In the words of a database that is restored to a time: see `findBackup`. */
function refuseTime({ name, recoverableFrom }: Table, time: unknown): asserts time is number {
    const at = `Table ${name}: time:`;
    // What is no number is neither before nor after any moment, so it would pass for one, of which nothing is found.
    if (typeof time !== "number" || !Number.isInteger(time) || Number.isNaN(new Date(time).getTime()))
        throw new Error(`${at} ${JSON.stringify(time)} is no time in milliseconds since 1970: give one`);
    if (recoverableFrom === undefined)
        throw new Error(
            `Table ${name}: was kept without pointInTime, so it cannot be brought back as of any time: declare it with ` +
                `pointInTime, for what comes from then on`,
        );
    const moment = new Date(time).toISOString();
    if (time > Date.now()) throw new Error(`${at} ${moment} has not come yet: give a moment in the past`);
    if (time < recoverableFrom)
        throw new Error(
            `${at} ${moment} is before what is kept of it, which begins at ` +
                `${new Date(recoverableFrom).toISOString()}: give that moment or a later one`,
        );
}

function tableNames(store: Store): string {
    const names = store.tables().map(({ name }) => name);
    return names.sort().join(", ") || "none";
}

const PART = 500;
