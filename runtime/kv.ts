import { randomUUID } from "node:crypto";
import { RuntimeError } from "./errors";
import { type Condition, type KvDriver, type Place, type StoredEntry } from "./kv/driver";
import { openDriver } from "./kv/drivers";

/**
 * Opens the key-values at `url`, such as a link has put into the environment: `openKV(process.env.SESSIONS_URL)`.
 *
 * - `dynamodb://<table>?region=<region>&endpoint=<url>&partition_key=<attribute>&sort_key=<attribute>&ttl=<attribute>`
 *   is a table in Amazon DynamoDB, or in what speaks its protocol at `endpoint`. It takes the package
 *   `@aws-sdk/client-dynamodb`. Its keys must be strings.
 * - `firestore://<database>?project=<project>&collection=<name>&partition_key=<field>&sort_key=<field>&ttl=<field>` is a
 *   collection (`entries` if none is named) in a database of Google Firestore in native mode, or with `&endpoint=<url>`
 *   in its emulator. It takes the package `google-auth-library`, and needs the role `roles/datastore.user`. The field
 *   `ttl` needs a TTL policy for that collection group; no other index is needed than each field has by itself, and
 *   none for `value`.
 *
 * The credentials are those of the app's surroundings.
 *
 * @throws {@link RuntimeError} Invalid, NotInstalled. Whether the table is there shows at the first use.
 */
export async function openKV(url: string | undefined): Promise<KV> {
    return new KV(await openDriver(url));
}

/** KvKey names an entry: a text, or both parts when the table has a sort key. Each part is 1 to 1024 bytes in UTF-8. */
export type KvKey = string | { readonly partition: string; readonly sort: string };

/** KvEntry is a value with its key, as it was read. */
export interface KvEntry<T = unknown> {
    readonly key: KvKey;
    readonly value: T;
    /** Differs for each write: for `ifVersion`. */
    readonly version: string;
    /** Milliseconds since 1970, in whole seconds; undefined if it stays. */
    readonly expires: number | undefined;
}

export interface KvPutOptions {
    /** Seconds, at least 1, until it is gone: rounded up to the next whole one of the clock. @default stays */
    readonly ttl?: number;
    /** Only makes a new entry, and fails with AlreadyExists if there is one. @default false: replaces it */
    readonly ifAbsent?: boolean;
    /** Only replaces the entry of this version, and fails with Conflict if it has another or is gone. @default any */
    readonly ifVersion?: string;
}

export interface KvListOptions {
    /** The partition to list: needed when the table has a sort key, and not to be given otherwise. */
    readonly partition?: string;
    /** Only sort keys, or keys, which begin so. @default "": all */
    readonly prefix?: string;
}

/**
 * KV is named values: all that JSON can hold, up to 350 KiB. Whoever reads after a write sees it. An entry which has
 * expired is never given back.
 *
 * Each method fails with a {@link RuntimeError}: Denied, Invalid, Unavailable, NotFound if there is no such table, and
 * what it says itself.
 */
export class KV {
    /** Use {@link openKV}. */
    constructor(private readonly driver: KvDriver) {}

    /**
     * The vendor's own client, for what this does not do: of `dynamodb://`, a `DynamoDBClient`; of `firestore://`, a
     * `GoogleAuth`, whose `request` calls the REST API.
     */
    get native(): unknown {
        return this.driver.native;
    }

    /** The entry of `key`; undefined if there is none. */
    async get<T = unknown>(key: KvKey): Promise<KvEntry<T> | undefined> {
        const stored = await this.run("get", key, (place) => this.driver.get(place));
        return stored && !isOver(stored) ? (entryOf(stored) as KvEntry<T>) : undefined;
    }

    /** Puts `value`, and gives the version it has then. @throws AlreadyExists, Conflict: see {@link KvPutOptions} */
    async put(key: KvKey, value: unknown, { ttl, ifAbsent = false, ifVersion }: KvPutOptions = {}): Promise<string> {
        const at = this.at("put", key);
        if (ifAbsent && ifVersion !== undefined)
            throw new RuntimeError("Invalid", `${at}: ifAbsent and ifVersion exclude each other`);
        const version = randomUUID();
        const expires = ttl === undefined ? undefined : this.expiry(at, ttl);
        const stored = (place: Place): StoredEntry => ({ place, value: encode(at, value), version, expires });
        const condition: Condition | undefined = ifAbsent ? { is: "absent", now: seconds() } : versionIs(ifVersion);
        const done = await this.run("put", key, (place) => this.driver.put(stored(place), condition));
        if (done) return version;
        if (ifAbsent) throw new RuntimeError("AlreadyExists", `${at}: there is an entry already`);
        throw changed(at);
    }

    /** Removes the entry, if there is one. @throws Conflict if `ifVersion` is given and is not its version */
    async delete(key: KvKey, { ifVersion }: Pick<KvPutOptions, "ifVersion"> = {}): Promise<void> {
        const done = await this.run("delete", key, (place) => this.driver.delete(place, versionIs(ifVersion)));
        if (!done) throw changed(this.at("delete", key));
    }

    /**
     * Adds `by` to the number of `key`, which is 0 if there is none, and gives the sum. However many do so at once, each
     * counts. When the entry expires stays as it was. @throws Invalid if there is something else than a number
     *
     * @param by a whole number, less than 2^53 @default 1
     */
    async increment(key: KvKey, by = 1): Promise<number> {
        const at = this.at("increment", key);
        if (!Number.isSafeInteger(by))
            throw new RuntimeError("Invalid", `${at}: it must be by a whole number, but is by ${by}`);
        for (;;) {
            const version = randomUUID();
            const sum = await this.run("increment", key, (place) =>
                this.driver.increment(place, by, version, seconds()),
            );
            if (sum !== undefined) return sum;
            // What is there has expired. If somebody else is faster in replacing it, theirs is incremented.
            const now = seconds();
            const put = await this.run("increment", key, (place) =>
                this.driver.put({ place, value: by, version }, { is: "expired", now }),
            );
            if (put) return by;
        }
    }

    /**
     * The entries in order of their keys' UTF-8, read as they are asked for. With a sort key, it costs what it gives.
     * Without one, it reads the whole table and holds what it gives in memory: for small tables.
     */
    async *list<T = unknown>({ partition, prefix = "" }: KvListOptions = {}): AsyncGenerator<
        KvEntry<T>,
        void,
        undefined
    > {
        const at = `${this.driver.name}: list ${JSON.stringify(prefix)}`;
        if (this.driver.sorted !== (partition !== undefined)) {
            const advice = this.driver.sorted
                ? "the table has a sort key: say which partition"
                : "the table has no sort key: leave partition out";
            throw new RuntimeError("Invalid", `${at}: ${advice}`);
        }
        if (partition !== undefined) checkPart(at, "partition", partition);
        try {
            for await (const stored of this.driver.list(partition, prefix)) {
                if (!isOver(stored)) yield entryOf(stored) as KvEntry<T>;
            }
        } catch (error) {
            throw this.fault(at, error);
        }
    }

    /** Ends its connections. */
    close(): void {
        this.driver.close();
    }

    private async run<T>(what: string, key: KvKey, work: (place: Place) => Promise<T>): Promise<T> {
        const at = this.at(what, key);
        const place = this.place(at, key);
        try {
            return await work(place);
        } catch (error) {
            throw this.fault(at, error);
        }
    }

    private fault(at: string, error: unknown): RuntimeError {
        if (error instanceof RuntimeError) return error;
        return new RuntimeError(this.driver.codeOf(error), `${at}: ${(error as Error).message}`, { cause: error });
    }

    private at(what: string, key: KvKey): string {
        return `${this.driver.name}: ${what} ${JSON.stringify(key)}`;
    }

    private place(at: string, key: KvKey): Place {
        const place: Place =
            typeof key === "string" ? { partition: key } : { partition: key.partition, sort: key.sort };
        if (this.driver.sorted !== (place.sort !== undefined)) {
            const wanted = this.driver.sorted
                ? "{ partition, sort }: the table has a sort key"
                : "a string: the table has no sort key";
            throw new RuntimeError("Invalid", `${at}: the key must be ${wanted}`);
        }
        checkPart(at, "key", place.partition);
        if (place.sort !== undefined) checkPart(at, "sort key", place.sort);
        return place;
    }

    private expiry(at: string, ttl: number): number {
        if (!this.driver.expires)
            throw new RuntimeError(
                "Invalid",
                `${at}: the table keeps no ttl: declare one, and nothing outlives its time`,
            );
        if (!(ttl >= 1 && ttl < 1e10))
            throw new RuntimeError("Invalid", `${at}: ttl must be at least 1 second, but is ${ttl}`);
        return Math.ceil(Date.now() / 1000 + ttl);
    }
}

/** The most that a value may have as JSON, in bytes: what every cloud can keep. */
const LIMIT = 350 * 1024;

const seconds = (): number => Math.floor(Date.now() / 1000);

function isOver({ expires }: StoredEntry): boolean {
    return expires !== undefined && expires <= seconds();
}

function entryOf({ place, value, version, expires }: StoredEntry): KvEntry {
    return {
        key: place.sort === undefined ? place.partition : { partition: place.partition, sort: place.sort },
        value: typeof value === "number" ? value : (JSON.parse(value.json) as unknown),
        version,
        expires: expires === undefined ? undefined : expires * 1000,
    };
}

function encode(at: string, value: unknown): StoredEntry["value"] {
    if (typeof value === "number" && Number.isFinite(value)) return value;
    // JSON would make null of NaN and the infinities.
    const json = typeof value === "number" ? undefined : (JSON.stringify(value) as string | undefined);
    if (json === undefined)
        throw new RuntimeError("Invalid", `${at}: the value is not one that JSON has: ${typeof value}`);
    const size = Buffer.byteLength(json);
    if (size > LIMIT)
        throw new RuntimeError(
            "Invalid",
            `${at}: the value may have ${LIMIT} bytes, but has ${size}: keep it as a blob`,
        );
    return { json };
}

function checkPart(at: string, what: string, part: string): void {
    const size = Buffer.byteLength(part);
    if (size < 1 || size > 1024)
        throw new RuntimeError("Invalid", `${at}: the ${what} must have 1 to 1024 bytes, but has ${size}`);
}

function versionIs(version: string | undefined): Condition | undefined {
    return version === undefined ? undefined : { is: "version", version, now: seconds() };
}

function changed(at: string): RuntimeError {
    return new RuntimeError("Conflict", `${at}: the entry has another version now, or is gone: read it again`);
}
