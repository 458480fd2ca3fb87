import { type RootDatabase } from "lmdb";
import { type Table } from "./definition";
import { expiryPlaces, place } from "./places";
import { openItem, sealItem } from "./sealed";
import { type Item } from "./value";

/** Transaction reads and writes items while nobody else writes. */
export class Transaction {
    constructor(
        private readonly db: RootDatabase<Buffer, Buffer>,
        /** Where the next change stands in the history of all tables: 10 bytes, which begin with the milliseconds since 1970. */
        private readonly moment: () => Buffer,
    ) {}

    get(table: Table, key: Buffer): Item | undefined {
        const at = place("item", table.serial, key);
        const sealed = this.db.get(at);
        return sealed && openItem(table.dataKey, at, sealed);
    }

    put(table: Table, key: Buffer, item: Item): void {
        const at = place("item", table.serial, key);
        this.change(table, key, item);
        this.db.putSync(at, sealItem(table.dataKey, at, item));
    }

    /** Nothing is done when there is no such item. */
    delete(table: Table, key: Buffer): void {
        if (this.change(table, key, undefined)) this.db.removeSync(place("item", table.serial, key));
    }

    /** Something small of the service's own, which is no item. */
    getNote(name: Buffer): Buffer | undefined {
        return this.db.get(place("token", undefined, name));
    }

    putNote(name: Buffer, value: Buffer): void {
        this.db.putSync(place("token", undefined, name), value);
    }

    /** Keeps the order of expiry and the history, and says whether there was an item. */
    private change(table: Table, key: Buffer, item: Item | undefined): boolean {
        const old = this.get(table, key);
        for (const at of expiryPlaces(table, key, old)) this.db.removeSync(at);
        for (const at of expiryPlaces(table, key, item)) this.db.putSync(at, Buffer.alloc(0));
        if (table.recoverableFrom !== undefined && (old || item)) {
            const at = place("history", table.serial, this.moment(), key);
            this.db.putSync(at, old ? sealItem(table.dataKey, at, old) : Buffer.alloc(0));
        }
        return old !== undefined;
    }
}
