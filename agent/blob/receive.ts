import { type IncomingHttpHeaders } from "node:http";
import { type Algorithm, ALGORITHMS, type Checksum, type Digest, newDigest } from "./checksums";
import { type Exchange } from "./exchange";
import { S3Fault } from "./fault";
import { type DataFiles, type Segment } from "./files";
import { parse, type Parsed } from "./xml";

/** Received is a body that is on disk and is what its sender meant. */
export interface Received {
    readonly segment: Segment;
    /** The MD5. */
    readonly etag: string;
    readonly checksum?: Checksum;
}

/** The largest object that may come in one piece. */
export const MAX_PIECE = 5 * 1024 ** 3;

/**
 * Writes the body to `files`, and checks it against each checksum that came with it. Leaves nothing if it fails.
 * @param wanted an algorithm to be used even if no such checksum came.
 */
export async function receive(exchange: Exchange, files: DataFiles, wanted?: Algorithm): Promise<Received> {
    const body = exchange.body();
    if (body.length === undefined) throw new S3Fault("MissingContentLength");
    if (body.length > MAX_PIECE) throw new S3Fault("EntityTooLarge");
    const sums = new Sums(exchange.headers, wanted);
    const segment = await files.write(body.data, (piece) => sums.update(piece));
    try {
        return { segment, ...sums.finish(body.trailers) };
    } catch (error) {
        await files.drop([segment]);
        throw error;
    }
}

/** Reads the body as a document whose root is `root`, and checks it like {@link receive}. */
export async function receiveXml(exchange: Exchange, root: string): Promise<Parsed> {
    const sums = new Sums(exchange.headers);
    const { data, trailers } = exchange.body();
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of data) {
        size += piece.length;
        if (size > MAX_XML) throw new S3Fault("MalformedXML", `The XML is larger than ${MAX_XML} bytes.`);
        sums.update(piece);
        pieces.push(Buffer.from(piece));
    }
    sums.finish(trailers);
    return parse(Buffer.concat(pieces).toString("utf8"), root);
}

/** A thousand keys of the longest sort, each character escaped. */
const MAX_XML = 8 * 1024 ** 2;

/** Sums are the checksums of a body, against those that its headers and trailers tell. */
class Sums {
    private readonly md5 = newDigest("MD5");
    private readonly digests = new Map<Algorithm, Digest>();
    /** The headers that are to follow the body. */
    private readonly announced: ReadonlySet<string>;

    constructor(
        private readonly headers: IncomingHttpHeaders,
        private readonly wanted?: Algorithm,
    ) {
        const trailers = String(headers["x-amz-trailer"] ?? "")
            .toLowerCase()
            .split(",");
        this.announced = new Set(trailers.map((name) => name.trim()));
        for (const algorithm of ALGORITHMS) {
            const name = headerOf(algorithm);
            if (headers[name] !== undefined || this.announced.has(name) || algorithm === wanted) {
                this.digests.set(algorithm, newDigest(algorithm));
            }
        }
    }

    update(piece: Uint8Array): void {
        this.md5.update(piece);
        for (const digest of this.digests.values()) digest.update(piece);
    }

    finish(trailers: ReadonlyMap<string, string>): { etag: string; checksum?: Checksum } {
        const md5 = this.md5.digest();
        const told = this.headers["content-md5"];
        if (told !== undefined) compare("Content-MD5", String(told), md5);
        let checksum: Checksum | undefined;
        for (const [algorithm, digest] of this.digests) {
            const sum = digest.digest();
            const name = headerOf(algorithm);
            const given = trailers.get(name) ?? this.headers[name];
            if (given !== undefined) compare(name, String(given), sum);
            else if (this.announced.has(name)) throw new S3Fault("InvalidDigest", `The trailer ${name} did not come.`);
            if (checksum && algorithm !== this.wanted) continue;
            checksum = { algorithm, value: sum.toString("base64"), type: "FULL_OBJECT" };
        }
        return { etag: md5.toString("hex"), checksum };
    }
}

/** The header that a checksum comes and goes in. */
export function headerOf(algorithm: Algorithm): string {
    return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

function compare(name: string, told: string, sum: Buffer): void {
    if (Buffer.from(told, "base64").length !== sum.length) {
        throw new S3Fault("InvalidDigest", `The value of ${name} is not one: "${told}".`);
    }
    if (told !== sum.toString("base64")) {
        throw new S3Fault("BadDigest", `The ${name} you specified does not match what was received.`);
    }
}
