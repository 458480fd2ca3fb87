import { createHash, type Hash } from "node:crypto";
import { type IncomingHttpHeaders } from "node:http";
import { SignatureFault } from "./fault";
import { type Chain, hmacHex, type Payload, sameText, sha256Hex } from "./sigv4";

/** Body is the content of a request, out of its framing. */
export interface Body {
    /** The bytes. Ends with a {@link SignatureFault} if they are not those that were signed: keep nothing before its end. */
    readonly data: AsyncIterable<Buffer>;
    /** How many bytes `data` gives, if the request says so. */
    readonly length: number | undefined;
    /** Headers which follow the content, in lower case: complete when `data` has ended. */
    readonly trailers: ReadonlyMap<string, string>;
}

/** Reads a body by what its signature says of it, and checks it against that, in bounded memory. */
export function readPayload(source: AsyncIterable<Buffer>, payload: Payload, headers: IncomingHttpHeaders): Body {
    const trailers = new Map<string, string>();
    const length = contentLength(
        headers,
        payload.form === "chunks" ? "x-amz-decoded-content-length" : "content-length",
    );
    if (payload.form === "chunks") {
        const announced = String(headers["x-amz-trailer"] ?? "").toLowerCase();
        const wanted = payload.trailer ? announced.split(",").map((name) => name.trim()) : [];
        return { length, trailers, data: measured(chunks(new Reader(source), payload, wanted, trailers), length) };
    }
    return { length, trailers, data: payload.form === "hashed" ? hashed(source, payload.sha256) : source };
}

/** The longest line between chunks: a size, a signature, or a trailer. */
const LINE = 4096;

function contentLength(headers: IncomingHttpHeaders, name: string): number | undefined {
    const text = headers[name];
    if (text === undefined) return undefined;
    if (typeof text !== "string" || !/^\d{1,15}$/.test(text)) throw framing(`${name} is not a number`);
    return Number(text);
}

async function* hashed(source: AsyncIterable<Buffer>, sha256: string): AsyncGenerator<Buffer> {
    const hash = createHash("sha256");
    for await (const piece of source) {
        hash.update(piece);
        yield piece;
    }
    if (!sameText(hash.digest("hex"), sha256)) {
        throw new SignatureFault("BadPayload", "The x-amz-content-sha256 does not match what was received.");
    }
}

async function* measured(source: AsyncIterable<Buffer>, length: number | undefined): AsyncGenerator<Buffer> {
    let got = 0;
    for await (const piece of source) {
        got += piece.length;
        if (length !== undefined && got > length) throw framing(`more than the ${length} bytes announced`);
        yield piece;
    }
    if (length !== undefined && got < length) throw framing(`${got} bytes instead of the ${length} announced`);
}

/** aws-chunked: `<size>[;chunk-signature=<hex>]\r\n<data>\r\n` …, a chunk of size 0, trailers, an empty line. */
async function* chunks(
    reader: Reader,
    { chain, trailer }: { readonly chain?: Chain; readonly trailer: boolean },
    announced: readonly string[],
    trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
    let before = chain?.seed ?? "";
    for (;;) {
        const head = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(await reader.line());
        if (!head) throw framing("a chunk begins without its size");
        const size = parseInt(head[1], 16);
        const hash = chain && createHash("sha256");
        yield* reader.take(size, hash);
        if (chain && hash) before = checkChunk(chain, before, hash.digest("hex"), head[2] ?? "");
        if (size === 0) break;
        if ((await reader.line()) !== "") throw framing("a chunk is longer than its size");
    }
    let signed = "";
    for (let line = await reader.line(); line !== ""; line = await reader.line()) {
        const colon = line.indexOf(":");
        const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
        const value = line.slice(colon + 1).trim();
        if (!trailer || trailers.size > 20) throw framing("a trailer that was not announced");
        if (name === "x-amz-trailer-signature") {
            if (chain) checkTrailer(chain, before, signed, value);
            signed = "";
            trailers.set(name, value);
            continue;
        }
        if (!announced.includes(name)) throw framing("a trailer that was not announced");
        trailers.set(name, value);
        signed += `${name}:${value}\n`;
    }
    if (chain && trailer && (signed !== "" || !trailers.has("x-amz-trailer-signature"))) {
        throw new SignatureFault("BadSignature", "The trailer is not signed.");
    }
    await reader.end();
}

function checkChunk(chain: Chain, before: string, hash: string, signature: string): string {
    const text = ["AWS4-HMAC-SHA256-PAYLOAD", chain.date, chain.scope, before, sha256Hex(""), hash].join("\n");
    if (!sameText(hmacHex(chain.key, text), signature)) {
        throw new SignatureFault("BadSignature", "The signature of a chunk does not match it.");
    }
    return signature;
}

function checkTrailer(chain: Chain, before: string, trailer: string, signature: string): void {
    const text = ["AWS4-HMAC-SHA256-TRAILER", chain.date, chain.scope, before, sha256Hex(trailer)].join("\n");
    if (!sameText(hmacHex(chain.key, text), signature)) {
        throw new SignatureFault("BadSignature", "The signature of the trailer does not match it.");
    }
}

function framing(what: string): SignatureFault {
    return new SignatureFault("BadFraming", `The body is not in the form its headers announce: ${what}.`);
}

/** Reader takes lines and counted bytes from a stream, and never keeps more than one piece of it. */
class Reader {
    private readonly source: AsyncIterator<Buffer>;
    private rest: Buffer = Buffer.alloc(0);

    constructor(source: AsyncIterable<Buffer>) {
        this.source = source[Symbol.asyncIterator]();
    }

    async line(): Promise<string> {
        for (;;) {
            const end = this.rest.indexOf("\r\n");
            if (end > LINE || (end < 0 && this.rest.length > LINE + 1)) throw framing("a line is too long");
            if (end >= 0) {
                const line = this.rest.toString("latin1", 0, end);
                this.rest = this.rest.subarray(end + 2);
                return line;
            }
            if (!(await this.more())) throw framing("it ends too early");
        }
    }

    async *take(size: number, hash?: Hash): AsyncGenerator<Buffer> {
        for (let left = size; left > 0;) {
            if (this.rest.length === 0 && !(await this.more())) throw framing("it ends too early");
            const piece = this.rest.subarray(0, left);
            this.rest = this.rest.subarray(piece.length);
            left -= piece.length;
            hash?.update(piece);
            yield piece;
        }
    }

    async end(): Promise<void> {
        if (this.rest.length > 0 || (await this.more())) throw framing("something follows its end");
    }

    private async more(): Promise<boolean> {
        const next = await this.source.next();
        if (next.done) return false;
        this.rest = this.rest.length === 0 ? next.value : Buffer.concat([this.rest, next.value]);
        return true;
    }
}
