import { createHash } from "node:crypto";
import { letGo } from "../core/protect";
import { type Host, type Kind, Refusal } from "../kind";
import { type BucketWriter } from "../log/export";
import { checkBucket } from "./check";
import { type BucketStore } from "./bucket-store";
import { Locks } from "./disk";
import { type CorsRule, type LifecycleRule, type Settings } from "./records";
import { BlobService } from "./service";

/** BucketInputs is what a bucket is to be. */
export interface BucketInputs {
    /** Its name in S3's protocol: 3 to 63 lower-case letters, digits, dots and hyphens. */
    name: string;
    /** Keeps what is replaced or deleted as older versions. */
    versioned: boolean;
    lifecycle: LifecycleRule[];
    cors: CorsRule[];
    /** Lets the bucket be removed with all that is in it. */
    forceDestroy: boolean;
}

/** BucketOutputs is where it is found. */
export interface BucketOutputs {
    bucket: string;
    /** `http://127.0.0.1:<port>`, the same for all buckets of the stack. */
    endpoint: string;
    region: "local";
    /** What `openBlob` opens. */
    url: string;
}

export type BucketKind = Kind<BucketInputs, BucketOutputs> & BucketWriter;

/** Buckets in S3's protocol: one server for all of the stack's, which runs while there is one. */
export function bucketKind(host: Host): BucketKind {
    const service = new BlobService(host);
    const locks = new Locks();

    return {
        name: "Bucket",
        replaceOn: ["name"],
        stable: { bucket: [], endpoint: [], region: [], url: [] },
        secrets: [],

        apply: (id, inputs, { restoring }) =>
            locks.with(id, async () => {
                const { store, endpoint } = await service.join(inputs.name, id);
                let bucket = await store.look(inputs.name);
                if (!bucket && restoring) {
                    // Made anew it would look as if nothing had gone: `read` tells that it has.
                    host.report(`Bucket ${id}: its data are gone from the disk`);
                    return outputs(inputs.name, endpoint);
                }
                bucket ??= await store.create(inputs.name);
                const settings = wanted(inputs, bucket);
                if (JSON.stringify(settings) !== JSON.stringify(bucket.state.settings)) await bucket.set(settings);
                return outputs(inputs.name, endpoint);
            }),

        read: async (id, recorded) => {
            const bucket = await service.store?.look(recorded.inputs.name);
            if (!bucket || service.ownerOf(bucket.name) !== id) return undefined;
            const { versioning, lifecycle, cors } = bucket.state.settings;
            const versioned = versioning === "Enabled";
            const inputs = { ...recorded.inputs, versioned, lifecycle: [...lifecycle], cors: [...cors] };
            return { inputs, outputs: recorded.outputs };
        },

        remove: (id, inputs) =>
            locks.with(id, async () => {
                const name = inputs?.name ?? service.nameOf(id);
                if (name === undefined) return;
                const { store } = await service.join(name, id);
                const force = inputs?.forceDestroy ?? false;
                const bucket = force && store.isBroken(name) ? undefined : await store.look(name);
                if (bucket && !force) refuseLoss(id, bucket);
                if (bucket || store.isBroken(name)) await store.remove(name, { force: true });
                await service.leave(name);
            }),

        async put(name, key, body, contentType) {
            const bucket = service.store?.find(name);
            if (!bucket) throw new Refusal(`Bucket ${name}: there is none: declare it`);
            const segment = await bucket.files.write(pieces(body), () => undefined);
            const etag = createHash("md5").update(body).digest("hex");
            await bucket.put(key, {
                size: segment.size,
                etag,
                segments: [segment],
                headers: { "content-type": contentType },
            });
        },

        stop: () => service.stop(),
        check: async (inputs) => ({ inputs, faults: checkBucket(inputs) }),
    };
}

function outputs(bucket: string, endpoint: string): BucketOutputs {
    const url = `s3://${bucket}?region=local&endpoint=${encodeURIComponent(endpoint)}`;
    return { bucket, endpoint, region: "local", url };
}

async function* pieces(body: Buffer): AsyncGenerator<Buffer> {
    yield body;
}

/** A bucket that was versioned keeps the versions it has: S3 knows no way back but to suspend. */
function wanted({ versioned, lifecycle, cors }: BucketInputs, bucket: BucketStore): Settings {
    const before = bucket.state.settings.versioning;
    const versioning = versioned ? "Enabled" : before && "Suspended";
    return { ...(versioning ? { versioning } : {}), lifecycle, cors };
}

function refuseLoss(id: string, { state }: BucketStore): void {
    if (state.objects === 0) return;
    const what = state.objects === 1 ? "1 object" : `${state.objects} objects`;
    const old = state.settings.versioning ? ", old versions included" : "";
    throw new Refusal(
        `Bucket ${id}: it holds ${what} (${state.bytes} bytes${old}), which would be lost: delete them, or ${letGo}`,
    );
}
