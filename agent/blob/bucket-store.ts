import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { asideOf } from "../core/files";
import { Locks } from "./disk";
import { S3Fault } from "./fault";
import { DataFiles } from "./files";
import { Journal } from "./journal";
import { type Change, type Content, type Part, type Settings, type Upload, type Version } from "./records";
import { BucketState } from "./state";

/** Check looks at the current version, and throws if the change must not happen. Nothing comes between it and the change. */
export type Check = (current: Version | undefined) => void;

/**
 * BucketStore is one bucket on disk: its bytes in {@link DataFiles}, all else in a {@link Journal}. Bytes are flushed
 * before the journal names them, and removed after it no longer does: at whatever point the process is killed, an
 * object is the old one or the new one, and what was acknowledged is there.
 */
export class BucketStore {
    /** By key. */
    private readonly locks = new Locks();
    /** By the id of an upload; to be had before that of a key. */
    private readonly uploading = new Locks();

    private constructor(
        readonly name: string,
        readonly state: BucketState,
        readonly files: DataFiles,
        private readonly journal: Journal<Change>,
        /** When it was made: milliseconds since 1970. */
        readonly created: number,
    ) {}

    static async open(name: string, folder: string, report: (line: string) => void): Promise<BucketStore> {
        const state = new BucketState();
        const journal = await Journal.open(join(folder, "journal"), state);
        state.ready();
        const aside = journal.dropped > 0 ? asideOf(join(folder, "data")) : undefined;
        const files = await DataFiles.open(join(folder, "data"), state.files(), aside);
        if (aside) {
            const kept = `${asideOf("journal")} and ${asideOf("data")} of ${folder}`;
            report(
                `Bucket ${name}: the end of its journal could not be read, and is dropped: what it was is in ${kept}`,
            );
        }
        const { birthtimeMs } = await stat(join(folder, "data"));
        return new BucketStore(name, state, files, journal, birthtimeMs);
    }

    /** Makes `content` the object `key`. Its files are removed if that fails. */
    async put(key: string, content: Content, check: Check = () => undefined): Promise<Version> {
        return this.locks.with(key, async () => {
            try {
                check(this.state.current(key));
                return await this.commitPut(key, content);
            } catch (error) {
                // With a broken journal nobody knows whether it names them: the next start will.
                if (this.journal.usable) await this.files.drop(content.segments);
                throw error;
            }
        });
    }

    /** Makes the object of an upload, of what `assemble` takes from its parts. If that fails, the upload is as before. */
    async complete(
        id: string,
        key: string,
        assemble: (upload: Upload, parts: ReadonlyMap<number, Part>) => Promise<Content>,
        check: Check = () => undefined,
    ): Promise<Version> {
        return this.uploading.with(id, async () => {
            const { upload, parts } = this.upload(id, key);
            const content = await assemble(upload, parts);
            return this.locks.with(key, async () => {
                check(this.state.current(key));
                return this.commitPut(key, content, id);
            });
        });
    }

    /**
     * Deletes `key`: for good, or by a delete marker if the bucket is versioned. With `id`, deletes that version for good.
     * It is no fault if there is none.
     */
    async delete(key: string, id?: string, check: Check = () => undefined): Promise<{ id?: string; marker: boolean }> {
        return this.locks.with(key, async () => {
            check(this.state.current(key));
            if (id !== undefined) {
                const version = this.state.versions.get(key)?.find((other) => other.id === id);
                if (version) await this.commit({ do: "delete", key, id });
                return { id, marker: version?.marker === true };
            }
            if (this.state.settings.versioning === undefined) {
                if (this.state.versions.has(key)) await this.commit({ do: "delete", key, id: "null" });
                return { marker: false };
            }
            const nothing = { size: 0, etag: "", segments: [], headers: {}, marker: true } as const;
            const marker = await this.commitPut(key, nothing);
            return { id: marker.id, marker: true };
        });
    }

    async begin(upload: Omit<Upload, "id" | "time">): Promise<Upload> {
        const begun = { ...upload, id: randomBytes(20).toString("hex"), time: Date.now() };
        await this.commit({ do: "begin", upload: begun });
        return begun;
    }

    /** Adds a part, in the place of one with its number. Its file is removed if that fails. */
    async addPart(id: string, part: Part): Promise<void> {
        await this.uploading.with(id, async () => {
            try {
                this.upload(id);
                await this.commit({ do: "part", upload: id, part });
            } catch (error) {
                if (this.journal.usable) await this.files.drop([part.segment]);
                throw error;
            }
        });
    }

    async abort(id: string, key?: string): Promise<void> {
        await this.uploading.with(id, async () => {
            this.upload(id, key);
            await this.commit({ do: "abort", upload: id });
        });
    }

    async set(settings: Settings): Promise<void> {
        await this.commit({ do: "set", settings });
    }

    /** @throws {@link S3Fault} NoSuchUpload */
    upload(id: string, key?: string): { readonly upload: Upload; readonly parts: ReadonlyMap<number, Part> } {
        const found = this.state.uploads.get(id);
        if (!found || (key !== undefined && found.upload.key !== key)) throw new S3Fault("NoSuchUpload");
        return found;
    }

    /** Removes all objects, versions and uploads. */
    async empty(): Promise<void> {
        for (const id of [...this.state.uploads.keys()]) await this.abort(id);
        for (const [key, versions] of [...this.state.versions]) {
            await Promise.all(versions.map(({ id }) => this.delete(key, id)));
        }
    }

    async close(): Promise<void> {
        await this.journal.close();
    }

    private async commitPut(
        key: string,
        content: Content & Pick<Version, "marker">,
        upload?: string,
    ): Promise<Version> {
        const versioned = this.state.settings.versioning === "Enabled";
        const version: Version = { ...content, id: versioned ? freshVersion() : "null", time: Date.now() };
        await this.commit({ do: "put", key, version, upload });
        return version;
    }

    private async commit(change: Change): Promise<void> {
        await this.journal.append(change);
        try {
            await this.files.drop(this.state.unused.splice(0));
        } catch {
            // The change stands. What could not be removed is swept at the next start.
        }
    }
}

function freshVersion(): string {
    return randomBytes(16).toString("hex");
}
