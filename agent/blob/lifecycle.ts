import { type BucketStore } from "./bucket-store";
import { type Version } from "./records";
import { type BlobStore } from "./store";

/** Parts of an upload that was never completed cost room, and no listing shows them: they go after this many days. */
const ABORT_UPLOADS_AFTER_DAYS = 7;

const MINUTE = 60 * 1000;
const DAY = 24 * 60 * MINUTE;

/** Does what the lifecycle rules of `bucket` say is due at `now`, and aborts uploads that were left lying. */
export async function expire(bucket: BucketStore, now: number): Promise<void> {
    const due = (time: number, days: number) => now >= time + days * DAY;
    for (const { upload } of [...bucket.state.uploads.values()]) {
        if (due(upload.time, ABORT_UPLOADS_AFTER_DAYS) && bucket.state.uploads.has(upload.id))
            await bucket.abort(upload.id);
    }
    for (const rule of bucket.state.settings.lifecycle) {
        const { prefix, expireAfterDays, expireNoncurrentAfterDays } = rule;
        const { keys } = bucket.state;
        const some = [];
        for (let at = keys.indexOf(prefix); keys.at(at)?.startsWith(prefix); at++) some.push(keys.at(at) as string);
        for (const key of some) {
            if (expireNoncurrentAfterDays !== undefined) {
                await expireNoncurrent(bucket, key, (since) => due(since, expireNoncurrentAfterDays));
            }
            if (expireAfterDays !== undefined) {
                await expireCurrent(bucket, key, (since) => due(since, expireAfterDays));
            }
        }
    }
}

/** Does what is due in all buckets a minute from now and then each hour, until the returned function is called. */
export function lifecycleTimer(store: BlobStore, report: (line: string) => void): () => void {
    const round = async () => {
        for (const bucket of store.buckets) {
            // It may be removed, or the store closed, while we are at it.
            await expire(bucket, Date.now()).catch((error: unknown) => {
                if (store.find(bucket.name) === bucket)
                    report(`Bucket ${bucket.name}: its lifecycle failed: ${String(error)}`);
            });
        }
        timer = setTimeout(() => void round(), 60 * MINUTE).unref();
        if (ended) clearTimeout(timer);
    };
    let ended = false;
    let timer = setTimeout(() => void round(), MINUTE).unref();
    return () => {
        ended = true;
        clearTimeout(timer);
    };
}

/** A version is noncurrent since the next newer one was put. */
async function expireNoncurrent(bucket: BucketStore, key: string, due: (since: number) => boolean): Promise<void> {
    const versions = [...(bucket.state.versions.get(key) ?? [])]; // it changes as they go
    for (let at = 1; at < versions.length; at++) {
        if (due(versions[at - 1].time)) await bucket.delete(key, versions[at].id);
    }
}

/** In a versioned bucket a delete marker hides what has expired; one that hides nothing any more goes. */
async function expireCurrent(bucket: BucketStore, key: string, due: (since: number) => boolean): Promise<void> {
    const versions = bucket.state.versions.get(key) ?? [];
    const newest: Version | undefined = versions[0];
    if (!newest || !due(newest.time)) return;
    if (!newest.marker) {
        await bucket
            .delete(key, undefined, (current) => {
                // It was put anew since we looked.
                if (current !== newest) throw new Changed();
            })
            .catch(unlessChanged);
    } else if (versions.length === 1) {
        await bucket.delete(key, newest.id);
    }
}

class Changed extends Error {}

function unlessChanged(error: unknown): void {
    if (!(error instanceof Changed)) throw error;
}
