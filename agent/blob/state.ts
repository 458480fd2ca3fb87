import { type Segment } from "./files";
import { type State } from "./journal";
import { SortedKeys } from "./order";
import { type Change, type Part, type Settings, type Upload, type Version } from "./records";

/** BucketState is what a bucket's journal adds up to: its index, in memory. It changes by {@link BucketState.apply} only. */
export class BucketState implements State<Change> {
    settings: Settings = { lifecycle: [], cors: [] };
    /** Every version of a key, the newest first; a key without any is not there. A list changes with its key. */
    get versions(): ReadonlyMap<string, readonly Version[]> {
        return this.byKey;
    }
    readonly keys = new SortedKeys();
    readonly uploads = new Map<string, { readonly upload: Upload; readonly parts: Map<number, Part> }>();
    /** Versions with bytes; delete markers do not count. */
    objects = 0;
    bytes = 0;
    /** Files which no record names any more, for the bucket to remove. */
    unused: Segment[] = [];
    // Changed in place: a key may have thousands of versions, and one more must not cost a copy of them all.
    private readonly byKey = new Map<string, Version[]>();
    private replaying = true;

    /** The journal is read: the keys are put in order, once, and from now on every change keeps them so. */
    ready(): void {
        for (const key of this.versions.keys()) this.keys.append(key);
        this.replaying = false;
        this.unused = [];
    }

    apply(change: Change): void {
        switch (change.do) {
            case "set":
                this.settings = change.settings;
                break;
            case "put":
                this.put(change.key, change.version);
                if (change.upload !== undefined) this.end(change.upload, change.version.segments);
                break;
            case "delete":
                this.delete(change.key, change.id);
                break;
            case "begin":
                this.uploads.set(change.upload.id, { upload: change.upload, parts: new Map() });
                break;
            case "part": {
                const parts = this.uploads.get(change.upload)?.parts;
                const old = parts ? parts.get(change.part.number) : change.part;
                if (old) this.unused.push(old.segment);
                parts?.set(change.part.number, change.part);
                break;
            }
            case "abort":
                this.end(change.upload, []);
        }
    }

    *snapshot(): Generator<Change> {
        yield { do: "set", settings: this.settings };
        for (const [key, versions] of this.versions) {
            for (const version of [...versions].reverse()) yield { do: "put", key, version };
        }
        for (const [id, { upload, parts }] of this.uploads) {
            yield { do: "begin", upload };
            for (const part of parts.values()) yield { do: "part", upload: id, part };
        }
    }

    size(): number {
        return this.objects + this.versions.size + this.uploads.size;
    }

    /** The names of all files in use. */
    files(): Set<string> {
        const names = new Set<string>();
        for (const versions of this.versions.values()) {
            for (const { segments } of versions) for (const { file } of segments) names.add(file);
        }
        for (const { parts } of this.uploads.values())
            for (const { segment } of parts.values()) names.add(segment.file);
        return names;
    }

    /** The newest version of `key`, unless it is deleted. */
    current(key: string): Version | undefined {
        const newest = this.versions.get(key)?.[0];
        return newest?.marker ? undefined : newest;
    }

    private put(key: string, version: Version): void {
        const versions = this.byKey.get(key);
        // Any other id is new.
        if (versions && version.id === "null") this.take(versions, version.id);
        this.count(version, 1);
        if (versions) {
            versions.unshift(version);
            return;
        }
        this.byKey.set(key, [version]);
        if (!this.replaying) this.keys.add(key);
    }

    private delete(key: string, id: string): void {
        const versions = this.byKey.get(key);
        if (!versions) return;
        this.take(versions, id);
        if (versions.length > 0) return;
        this.byKey.delete(key);
        if (!this.replaying) this.keys.delete(key);
    }

    private take(versions: Version[], id: string): void {
        const at = versions.findIndex((version) => version.id === id);
        if (at >= 0) versions.splice(at, 1).forEach((gone) => this.count(gone, -1));
    }

    private count(version: Version, sign: 1 | -1): void {
        if (sign < 0) this.unused.push(...version.segments);
        if (version.marker) return;
        this.objects += sign;
        this.bytes += sign * version.size;
    }

    private end(id: string, used: readonly Segment[]): void {
        const names = new Set(used.map(({ file }) => file));
        for (const { segment } of this.uploads.get(id)?.parts.values() ?? []) {
            if (!names.has(segment.file)) this.unused.push(segment);
        }
        this.uploads.delete(id);
    }
}
