/** The items of all tables: one LMDB file, in which each write is a transaction that is flushed before it resolves. */

import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { open, type RootDatabase } from "lmdb";
import { Refusal, type Vault } from "../kind";
import { type Table, type TableDefinition } from "./definition";
import { unwritten } from "./fault";
import { after } from "./keys";
import { expiryPlaces, fixed, moment, place, readExpiry, readMoment, SPACES } from "./places";
import { optionsOf, refuseUnreadable } from "./probe";
import { openItem } from "./sealed";
import { Transaction } from "./transaction";
import { type Item } from "./value";

/** Store keeps tables and their items. What a write returned is on disk, so it outlives kill -9 and a loss of power. */
export class Store {
    private readonly known = new Map<string, Table>();
    private clock = 0;
    private changes = 0;

    private constructor(
        private readonly db: RootDatabase<Buffer, Buffer>,
        private readonly vault: Vault,
        /** A file that is there while this is open. */
        private readonly mark: string,
    ) {}

    /** Opens the store in `folder`, or makes it. @throws {@link Refusal} when its file is damaged */
    static open(folder: string, vault: Vault): Store {
        const path = join(folder, "tables.mdb");
        const mark = `${path}-open`;
        // Whoever had it open did not close it: a kill -9, or the file itself.
        if (existsSync(mark) && statSync(path, { throwIfNoEntry: false })?.size) refuseUnreadable(path);
        writeFileSync(mark, "", { mode: 0o600 });
        const db = open<Buffer, Buffer>(optionsOf(path));
        for (const file of [path, `${path}-lock`]) chmodSync(file, 0o600);
        const store = new Store(db, vault, mark);
        store.load();
        return store;
    }

    /** The table as it is declared; undefined when there is none. */
    table(name: string): Table | undefined {
        return this.known.get(name);
    }

    tables(): Table[] {
        return [...this.known.values()];
    }

    /** Makes a table, or brings that of the same name to `definition`: its keys cannot change. */
    async declare(definition: TableDefinition): Promise<Table> {
        const old = this.known.get(definition.name);
        if (old && !sameKeys(old, definition)) {
            throw new Refusal(
                `Table ${definition.name}: is there already with other keys: choose another name, or remove it first`,
            );
        }
        const now = Date.now();
        const table: Table = {
            ...definition,
            serial: old?.serial ?? this.nextSerial(),
            created: old?.created ?? now,
            recoverableFrom: definition.pointInTimeRecovery ? (old?.recoverableFrom ?? now) : undefined,
            dataKey: old?.dataKey ?? randomBytes(32),
        };
        await this.commit(() => {
            this.put(table);
            if (old && old.ttl !== table.ttl) this.indexExpiry(table);
            if (!table.recoverableFrom) this.clear(place("history", table.serial));
            // Within, so that the writes before it see the old table, and those after it the new one.
            this.known.set(table.name, table);
        });
        return table;
    }

    /** Removes a table with its items; nothing is done when there is none. */
    async drop(name: string): Promise<void> {
        await this.commit(() => {
            const table = this.known.get(name);
            if (!table) return;
            this.db.removeSync(place("table", table.serial));
            for (const space of ["item", "expiry", "history"] as const) this.clear(place(space, table.serial));
            this.known.delete(name);
        });
    }

    get(table: Table, key: Buffer): Item | undefined {
        const at = place("item", table.serial, key);
        const sealed = this.db.get(at);
        return sealed && openItem(table.dataKey, at, sealed);
    }

    /** The items from `start` to before `end`, which are places in the table. Not to be interrupted by awaiting. */
    *range(table: Table, range: Range = {}): Generator<{ readonly key: Buffer; readonly item: Item }> {
        const prefix = place("item", table.serial);
        const low = range.start ? Buffer.concat([prefix, range.start]) : prefix;
        const high = range.end ? Buffer.concat([prefix, range.end]) : after(prefix);
        const bounds = range.reverse ? { start: high, end: low, reverse: true } : { start: low, end: high };
        for (const { key, value } of this.db.getRange(bounds)) {
            // Backwards, the start is within and the end is not: the other way round than wanted.
            if (range.reverse && high && key.equals(high)) continue;
            yield { key: key.subarray(prefix.length), item: openItem(table.dataKey, key, value) };
        }
        if (!range.reverse) return;
        const last = this.db.get(low);
        if (last) yield { key: low.subarray(prefix.length), item: openItem(table.dataKey, low, last) };
    }

    empty(table: Table): boolean {
        return this.range(table).next().done === true;
    }

    /**
     * Runs `work` alone: no other write comes between its reads and its writes. `work` must do all that can fail before
     * its first write: what was written stays.
     */
    write<T>(work: (transaction: Transaction) => T): Promise<T> {
        return this.commit(() => work(new Transaction(this.db, () => this.moment())));
    }

    /** The keys of at most `limit` items whose time is over. */
    expired(table: Table, now: number, limit: number): Buffer[] {
        const start = place("expiry", table.serial);
        const end = place("expiry", table.serial, fixed(Math.floor(now / 1000) + 1, 5));
        return [...this.db.getKeys({ start, end, limit })].map(readExpiry);
    }

    /** The changes after `time`, in order: `old` is what was there before, if there was an item. */
    *history(table: Table, time: number): Generator<{ readonly key: Buffer; readonly old: Item | undefined }> {
        const start = place("history", table.serial, fixed(time + 1, 6));
        for (const { key: at, value } of this.db.getRange({ start, end: after(place("history", table.serial)) })) {
            yield { key: readMoment(at).key, old: value.length > 0 ? openItem(table.dataKey, at, value) : undefined };
        }
    }

    /** Drops the history before `time`, from which on the table can then be brought back. */
    async forget(name: string, time: number): Promise<void> {
        await this.commit(() => {
            const table = this.known.get(name);
            if (!table?.recoverableFrom || table.recoverableFrom >= time) return;
            const start = place("history", table.serial);
            const end = place("history", table.serial, fixed(time, 6));
            for (const key of Array.from(this.db.getKeys({ start, end }))) {
                this.db.removeSync(key);
            }
            const later = { ...table, recoverableFrom: time };
            this.put(later);
            this.known.set(name, later);
        });
    }

    /** Drops the notes that `old` says are. */
    async dropNotes(old: (note: Buffer) => boolean): Promise<void> {
        await this.commit(() => {
            for (const { key, value } of Array.from(this.db.getRange(within(place("token"))))) {
                if (old(value)) this.db.removeSync(key);
            }
        });
    }

    async close(): Promise<void> {
        await this.db.close();
        rmSync(this.mark, { force: true });
    }

    /** Resolves when what `work` wrote is on the disk. */
    private async commit<T>(work: () => T): Promise<T> {
        try {
            return await this.db.transaction(work);
        } catch (error) {
            const { commitError } = error as { commitError?: Promise<never> };
            if (commitError === undefined) throw error;
            // LMDB tells the cause in a promise of its own, which would end the agent if nobody heard it.
            commitError.catch(() => undefined);
            throw unwritten();
        }
    }

    private load(): void {
        for (const { value } of this.db.getRange(within(place("table")))) {
            const { dataKey, ...rest } = JSON.parse(value.toString()) as Omit<Table, "dataKey"> & { dataKey: string };
            this.known.set(rest.name, { ...rest, dataKey: Buffer.from(this.vault.open(dataKey), "base64") });
            // History must go on in order, even if the machine's clock was set back meanwhile.
            const history = place("history", rest.serial);
            for (const key of this.db.getKeys({ start: after(history), end: history, reverse: true, limit: 1 })) {
                this.clock = Math.max(this.clock, readMoment(key).time + 1);
            }
        }
    }

    private moment(): Buffer {
        const now = Math.max(this.clock, Date.now());
        this.changes = now > this.clock ? 0 : this.changes + 1;
        this.clock = now;
        return moment(now, this.changes);
    }

    private put(table: Table): void {
        const record = { ...table, dataKey: this.vault.seal(table.dataKey.toString("base64")) };
        this.db.putSync(place("table", table.serial), Buffer.from(JSON.stringify(record)));
    }

    private nextSerial(): number {
        const used = this.db.get(Buffer.from([SPACES.serial]))?.readUInt32BE() ?? 0;
        const next = Buffer.alloc(4);
        next.writeUInt32BE(used + 1);
        this.db.putSync(Buffer.from([SPACES.serial]), next);
        return used + 1;
    }

    private indexExpiry(table: Table): void {
        this.clear(place("expiry", table.serial));
        for (const { key, item } of this.range(table)) {
            for (const at of expiryPlaces(table, key, item)) this.db.putSync(at, Buffer.alloc(0));
        }
    }

    private clear(prefix: Buffer): void {
        for (const key of Array.from(this.db.getKeys(within(prefix)))) this.db.removeSync(key);
    }
}

export interface Range {
    readonly start?: Buffer;
    readonly end?: Buffer;
    /** From the end to the start. */
    readonly reverse?: boolean;
}

function within(prefix: Buffer): { start: Buffer; end: Buffer | undefined } {
    return { start: prefix, end: after(prefix) };
}

function sameKeys(a: TableDefinition, b: TableDefinition): boolean {
    return JSON.stringify([a.partitionKey, a.sortKey]) === JSON.stringify([b.partitionKey, b.sortKey]);
}
