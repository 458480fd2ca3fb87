import { type FileHandle, open } from "node:fs/promises";

/** Flushes a folder, so that the names of the files in it outlive a loss of power. */
export async function syncFolder(path: string): Promise<void> {
    const folder = await open(path, "r");
    try {
        await folder.sync();
    } finally {
        await folder.close();
    }
}

/** Writes all of `bytes` at `position`. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
    }
}

/** Runs `work` so that calls which come while it runs share one further run: each caller gets a run that began after its call. */
export function coalesce(work: () => Promise<void>): () => Promise<void> {
    let running: Promise<void> | undefined;
    let next: Promise<void> | undefined;
    const start = (): Promise<void> => {
        const run = work().finally(() => {
            if (running === run) running = undefined;
        });
        running = run;
        return run;
    };
    return () => {
        if (!running) return start();
        next ??= running
            .catch(() => undefined) // Its own callers are told.
            .then(() => {
                next = undefined;
                return start();
            });
        return next;
    };
}

/** Locks lets one piece of work at a time have a name. */
export class Locks {
    private readonly tails = new Map<string, Promise<unknown>>();

    async with<T>(name: string, work: () => Promise<T>): Promise<T> {
        const before = this.tails.get(name);
        const mine = before ? before.then(work, work) : work();
        this.tails.set(name, mine);
        try {
            return await mine;
        } finally {
            if (this.tails.get(name) === mine) this.tails.delete(name);
        }
    }
}
