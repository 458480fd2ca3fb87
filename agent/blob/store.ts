import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Refusal } from "../kind";
import { BucketStore } from "./bucket-store";
import { Locks, syncFolder } from "./disk";
import { S3Fault } from "./fault";

/** BlobStore is the buckets in a folder. */
export class BlobStore {
    private readonly locks = new Locks();
    private readonly open = new Map<string, BucketStore>();
    /** What was found on the disk, and could not be read. */
    private readonly broken = new Set<string>();

    private constructor(
        private readonly folder: string,
        private readonly report: (line: string) => void,
    ) {}

    /** Opens all buckets, and sweeps what was left half made or half removed. Those that cannot be read keep no other. */
    static async open(folder: string, report: (line: string) => void): Promise<BlobStore> {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const store = new BlobStore(folder, report);
        for (const name of await readdir(folder)) {
            // The name of a bucket never begins with a dot.
            if (name.startsWith(".")) await rm(join(folder, name), { recursive: true, force: true });
            else await store.load(name).catch((error: Error) => store.breaks(name, error));
        }
        return store;
    }

    get buckets(): readonly BucketStore[] {
        return [...this.open.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    }

    find(name: string): BucketStore | undefined {
        return this.open.get(name);
    }

    /** Whether it could not be read when it was last tried. */
    isBroken(name: string): boolean {
        return this.broken.has(name);
    }

    /**
     * As {@link find}, with a look at the disk: one whose folder was removed beneath it is let go of.
     *
     * @throws Refusal when it cannot be read; once its backup is there, it can
     */
    async look(name: string): Promise<BucketStore | undefined> {
        return this.locks.with(name, async () => {
            if (existsSync(join(this.folder, name))) {
                if (this.broken.has(name)) await this.load(name);
                return this.open.get(name);
            }
            const bucket = this.open.get(name);
            this.open.delete(name);
            this.broken.delete(name);
            await bucket?.close();
            return undefined;
        });
    }

    /** @throws {@link S3Fault} NoSuchBucket */
    bucket(name: string): BucketStore {
        const bucket = this.open.get(name);
        if (this.broken.has(name)) throw new S3Fault("InternalError");
        if (!bucket) throw new S3Fault("NoSuchBucket", `The bucket "${name}" does not exist.`);
        return bucket;
    }

    /** @throws {@link S3Fault} BucketAlreadyOwnedByYou, InvalidBucketName */
    async create(name: string): Promise<BucketStore> {
        return this.locks.with(name, async () => {
            if (!isBucketName(name)) throw new S3Fault("InvalidBucketName");
            if (this.open.has(name) || this.broken.has(name)) throw new S3Fault("BucketAlreadyOwnedByYou");
            const fresh = this.hidden();
            await mkdir(fresh, { recursive: true, mode: 0o700 });
            await rename(fresh, join(this.folder, name));
            await syncFolder(this.folder);
            return this.load(name);
        });
    }

    /** Removes the bucket; if it is not `empty`, with all that is in it. @throws {@link S3Fault} BucketNotEmpty */
    async remove(name: string, { force }: { readonly force: boolean }): Promise<void> {
        await this.locks.with(name, async () => {
            if (!force || !this.broken.delete(name)) await this.end(name, force);
            const gone = this.hidden();
            await rename(join(this.folder, name), gone);
            await syncFolder(this.folder);
            await rm(gone, { recursive: true, force: true });
        });
    }

    async close(): Promise<void> {
        await Promise.all([...this.open.values()].map((bucket) => bucket.close()));
        this.open.clear();
    }

    private async end(name: string, force: boolean): Promise<void> {
        const bucket = this.bucket(name);
        if (!force && bucket.state.versions.size > 0) throw new S3Fault("BucketNotEmpty");
        this.open.delete(name);
        await bucket.close();
        if (!force && bucket.state.versions.size > 0) {
            // A put was on its way.
            await this.load(name);
            throw new S3Fault("BucketNotEmpty");
        }
    }

    private async load(name: string): Promise<BucketStore> {
        const bucket = await BucketStore.open(name, join(this.folder, name), this.report);
        this.open.set(name, bucket);
        this.broken.delete(name);
        return bucket;
    }

    /** Who looks for it is told why. */
    private breaks(name: string, error: Error): void {
        if (!(error instanceof Refusal)) throw error;
        this.broken.add(name);
    }

    private hidden(): string {
        return join(this.folder, `.${randomBytes(8).toString("hex")}`);
    }
}

/** Whether S3 takes `name` for a bucket. */
export function isBucketName(name: string): boolean {
    return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..") && !/^\d+(\.\d+){3}$/.test(name);
}
