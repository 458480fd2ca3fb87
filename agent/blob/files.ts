import { randomBytes } from "node:crypto";
import { copyFile, link, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { coalesce, syncFolder, writeAll } from "./disk";

/** Segment is a run of an object's bytes: one file. An object that came in parts has one for each. */
export interface Segment {
    readonly file: string;
    readonly size: number;
}

/**
 * DataFiles keeps bytes in files with random names: what a user calls an object never becomes a path. A file belongs to
 * one object only, and counts once the journal names it; those it does not name are swept at the start.
 */
export class DataFiles {
    private readonly held = new Map<string, number>();
    private readonly doomed = new Set<string>();
    private readonly sync: () => Promise<void>;

    private constructor(private readonly folder: string) {
        this.sync = coalesce(() => syncFolder(folder));
    }

    /**
     * Opens the folder, and removes the files which `known` does not have.
     *
     * @param aside - where to move them instead, when it is not sure that nobody was told that they count
     */
    static async open(folder: string, known: ReadonlySet<string>, aside?: string): Promise<DataFiles> {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const others = (await readdir(folder)).filter((name) => !known.has(name));
        if (aside !== undefined && others.length > 0) await mkdir(aside, { recursive: true, mode: 0o700 });
        for (const name of others) {
            if (aside === undefined) await rm(join(folder, name), { force: true });
            else await rename(join(folder, name), join(aside, name));
        }
        return new DataFiles(folder);
    }

    /** Writes `data` to a new file and flushes it. Leaves nothing if it fails. */
    async write(data: AsyncIterable<Uint8Array>, each: (piece: Uint8Array) => void): Promise<Segment> {
        const name = freshName();
        const file = await open(join(this.folder, name), "wx", 0o600);
        let size = 0;
        try {
            for await (const piece of data) {
                each(piece);
                await writeAll(file, piece, size);
                size += piece.length;
            }
            await file.sync();
        } catch (error) {
            await file.close();
            await rm(join(this.folder, name), { force: true });
            throw error;
        }
        await file.close();
        await this.sync();
        return { file: name, size };
    }

    /** Takes segments of another bucket, or of this one, in under names of their own. The bytes are shared if the disk can. */
    async adopt(from: DataFiles, segments: readonly Segment[]): Promise<Segment[]> {
        const adopted: Segment[] = [];
        try {
            for (const { file, size } of segments) {
                const name = freshName();
                const [source, target] = [join(from.folder, file), join(this.folder, name)];
                adopted.push({ file: name, size });
                try {
                    await link(source, target);
                } catch (error) {
                    if (!["EPERM", "EMLINK", "EXDEV", "ENOTSUP"].includes((error as NodeJS.ErrnoException).code ?? ""))
                        throw error;
                    await copyFile(source, target);
                    const copy = await open(target, "r+");
                    await copy.sync().finally(() => copy.close());
                }
            }
            await this.sync();
            return adopted;
        } catch (error) {
            await this.drop(adopted);
            throw error;
        }
    }

    /** Keeps the files of `segments` until the returned function is called, even if they are dropped meanwhile. */
    hold(segments: readonly Segment[]): () => Promise<void> {
        for (const { file } of segments) this.held.set(file, (this.held.get(file) ?? 0) + 1);
        let done = false;
        return async () => {
            if (done) return;
            done = true;
            for (const { file } of segments) {
                const left = (this.held.get(file) ?? 1) - 1;
                if (left > 0) {
                    this.held.set(file, left);
                    continue;
                }
                this.held.delete(file);
                if (this.doomed.delete(file)) await rm(join(this.folder, file), { force: true });
            }
        };
    }

    /** The bytes from `start` to before `end` of the segments together. They must be held. */
    async *read(segments: readonly Segment[], start: number, end: number): AsyncGenerator<Buffer> {
        let offset = 0;
        for (const { file, size } of segments) {
            const [from, to] = [Math.max(start - offset, 0), Math.min(end - offset, size)];
            offset += size;
            if (from >= to) continue;
            const handle = await open(join(this.folder, file), "r");
            try {
                for (let at = from; at < to;) {
                    const piece = Buffer.allocUnsafe(Math.min(PIECE, to - at));
                    const { bytesRead } = await handle.read(piece, 0, piece.length, at);
                    if (bytesRead === 0)
                        throw new Error(`${join(this.folder, file)} is shorter than its ${size} bytes.`);
                    at += bytesRead;
                    yield piece.subarray(0, bytesRead);
                }
            } finally {
                await handle.close();
            }
        }
    }

    /** Removes the files; those which are held, when they no longer are. */
    async drop(segments: readonly Segment[]): Promise<void> {
        for (const { file } of segments) {
            if (this.held.has(file)) this.doomed.add(file);
            else await rm(join(this.folder, file), { force: true });
        }
    }
}

const PIECE = 256 * 1024;

function freshName(): string {
    return randomBytes(16).toString("hex");
}
