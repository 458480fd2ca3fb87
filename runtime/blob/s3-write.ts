import type * as sdk from "@aws-sdk/client-s3";
import { codeOfAws } from "../codes";
import { RuntimeError } from "../errors";
import { type BlobData, type BlobWrite } from "./driver";

/** Writes an object: in one request if it is small or its length is known, else in parts. */
export async function writeS3(
    s3: typeof sdk,
    client: sdk.S3Client,
    at: { readonly Bucket: string; readonly Key: string },
    data: BlobData,
    options: BlobWrite,
): Promise<void> {
    const { contentType: ContentType, cacheControl: CacheControl, metadata: Metadata } = options;
    const kept = { ...at, ContentType, CacheControl, Metadata };
    const IfNoneMatch = options.ifAbsent ? "*" : undefined;
    const put = (Body: Uint8Array) =>
        client.send(new s3.PutObjectCommand({ ...kept, Body, ContentLength: Body.length, IfNoneMatch }));
    try {
        if (typeof data === "string" || data instanceof Uint8Array) {
            await put(typeof data === "string" ? Buffer.from(data) : data);
            return;
        }
        const parts = pieces(data);
        const first = await parts.next();
        const second = await parts.next();
        if (second.done) await put(first.value ?? new Uint8Array());
        else await writeParts(s3, client, kept, [first.value as Uint8Array, second.value], parts, IfNoneMatch);
    } catch (error) {
        // Two writers at once: one of them finds the other still on its way (409), or there (412).
        if (!options.ifAbsent || codeOfAws(error) !== "Conflict") throw error;
        throw new RuntimeError("AlreadyExists", `s3://${at.Bucket}/${at.Key}: put: it exists already`, {
            cause: error,
        });
    }
}

/** S3 takes 10000 parts, so parts which double now and then reach its limit of 5 TiB with little memory for most. */
const PART = 8 * 1024 * 1024;
const LARGEST = 512 * 1024 * 1024;
const DOUBLE_AFTER = 1000;

async function writeParts(
    s3: typeof sdk,
    client: sdk.S3Client,
    kept: sdk.CreateMultipartUploadCommandInput & { readonly Bucket: string; readonly Key: string },
    begun: readonly Uint8Array[],
    rest: AsyncIterable<Uint8Array>,
    IfNoneMatch: string | undefined,
): Promise<void> {
    const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(kept));
    const upload = { Bucket: kept.Bucket, Key: kept.Key, UploadId };
    try {
        const Parts: sdk.CompletedPart[] = [];
        const send = async (Body: Uint8Array) => {
            const PartNumber = Parts.length + 1;
            const { $metadata: _, ...sent } = await client.send(
                new s3.UploadPartCommand({ ...upload, PartNumber, Body }),
            );
            Parts.push({ ...sent, PartNumber });
        };
        for (const piece of begun) await send(piece);
        for await (const piece of rest) await send(piece);
        await client.send(
            new s3.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, IfNoneMatch }),
        );
    } catch (error) {
        // If this fails too, the bucket's lifecycle ends it after some days; the first error is the one that tells.
        await client.send(new s3.AbortMultipartUploadCommand(upload)).catch(() => undefined);
        throw error;
    }
}

/** The bytes of a stream in parts for an upload: all of the same size, and the last smaller. */
async function* pieces(data: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let [held, size, count]: [Uint8Array[], number, number] = [[], 0, 0];
    const target = () => Math.min(PART * 2 ** Math.floor(count / DOUBLE_AFTER), LARGEST);
    for await (const bytes of data) {
        held.push(typeof bytes === "string" ? Buffer.from(bytes) : bytes);
        size += held[held.length - 1].length;
        while (size >= target()) {
            const whole = Buffer.concat(held);
            const piece = whole.subarray(0, target());
            held = [whole.subarray(piece.length)];
            size -= piece.length;
            count++;
            yield piece;
        }
    }
    if (size > 0) yield Buffer.concat(held);
}
