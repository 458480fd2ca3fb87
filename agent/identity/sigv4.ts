import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { type IncomingHttpHeaders } from "node:http";
import { type Claim, decode, type Query, readClaim, split } from "./claim";
import { SignatureFault } from "./fault";

export { SignatureFault } from "./fault";

/** SignedRequest is what of an HTTP request a signature covers: Node's `IncomingMessage` fits. */
export interface SignedRequest {
    readonly method?: string;
    /** The request line's target, as it came: never normalised, for what was signed is its exact text. */
    readonly url?: string;
    readonly headers: IncomingHttpHeaders;
}

/** VerifyOptions says what a signature must be made for. */
export interface VerifyOptions {
    /** The service in the credential's scope: `s3`, `dynamodb`, `kms`. The region may be any: here is only one. */
    readonly service: string;
    /** The body, for services other than S3: these sign it without sending its hash. */
    readonly body?: Uint8Array;
    /** The time, in milliseconds since 1970. @default Date.now */
    readonly now?: () => number;
}

/** Verified is who signed the request, and what the body must be for the signature to hold. */
export interface Verified {
    readonly accessKeyId: string;
    /** The signature stands in the query: whoever has the URL can use it until it expires. */
    readonly presigned: boolean;
    readonly payload: Payload;
}

/** Payload says how the body is bound to the signature. `readPayload` of `./payload` reads a body by it. */
export type Payload =
    | { readonly form: "unsigned" }
    | { readonly form: "hashed"; readonly sha256: string }
    | { readonly form: "chunks"; readonly trailer: boolean; readonly chain?: Chain };

/** Chain signs the chunks of a streamed body, each over the signature before it. */
export interface Chain {
    readonly key: Buffer;
    readonly date: string;
    readonly scope: string;
    readonly seed: string;
}

/**
 * Verifies the AWS Signature Version 4 of a request, from its Authorization header or its query.
 *
 * It does not read the body. For S3, the body has to be read with `readPayload`, which checks it against
 * {@link Verified.payload}; for other services give the body in the options.
 *
 * @throws {@link SignatureFault} if there is no signature, or it is not that of a key which `find` knows.
 */
export function verifySigV4(
    request: SignedRequest,
    find: (accessKeyId: string) => { readonly secretAccessKey: string } | undefined,
    options: VerifyOptions,
): Verified {
    const [path, query] = split(request.url ?? "/");
    const claim = readClaim(request, query);
    checkScope(claim, options.service);
    checkTime(claim, (options.now ?? Date.now)());
    checkCovered(claim, request.headers);

    const identity = find(claim.accessKeyId);
    if (!identity) throw new SignatureFault("UnknownKey", "The access key id you provided does not exist here.");

    const hash = payloadHash(request, query, claim, options);
    const canonical = [
        request.method ?? "GET",
        canonicalPath(path, options.service),
        canonicalQuery(query),
        ...claim.signedHeaders.map((name) => `${name}:${headerValue(request.headers, name)}`),
        "",
        claim.signedHeaders.join(";"),
        hash,
    ].join("\n");
    const scope = `${claim.day}/${claim.region}/${claim.service}/aws4_request`;
    const key = signingKey(identity.secretAccessKey, claim.day, claim.region, claim.service);
    const expected = hmacHex(key, `AWS4-HMAC-SHA256\n${claim.date}\n${scope}\n${sha256Hex(canonical)}`);
    if (!sameText(expected, claim.signature)) {
        throw new SignatureFault(
            "BadSignature",
            "The signature does not match the request. Check the secret access key, and that nothing was changed on the way.",
        );
    }
    const chain = { key, date: claim.date, scope, seed: claim.signature };
    return { accessKeyId: claim.accessKeyId, presigned: claim.presigned, payload: payloadOf(hash, chain) };
}

/** The hexadecimal HMAC-SHA256 of `text`. */
export function hmacHex(key: Buffer, text: string): string {
    return createHmac("sha256", key).update(text).digest("hex");
}

/** The hexadecimal SHA-256 of `data`. */
export function sha256Hex(data: string | Uint8Array): string {
    return createHash("sha256").update(data).digest("hex");
}

/** Compares without telling by its time how much was right. */
export function sameText(a: string, b: string): boolean {
    const [left, right] = [Buffer.from(a), Buffer.from(b)];
    return left.length === right.length && timingSafeEqual(left, right);
}

const SKEW = 15 * 60 * 1000;

function checkScope(claim: Claim, service: string): void {
    if (claim.service !== service) {
        throw new SignatureFault(
            "Malformed",
            `The credential is for the service "${claim.service}", but this is "${service}".`,
        );
    }
    if (!claim.date.startsWith(claim.day)) {
        throw new SignatureFault("Malformed", "The date of the credential is not that of the request.");
    }
}

function checkTime(claim: Claim, now: number): void {
    const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(claim.date);
    if (!match)
        throw new SignatureFault("Malformed", `The date must be like 20261121T095013Z, but is "${claim.date}".`);
    const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
    const signed = Date.UTC(year, month - 1, day, hour, minute, second);
    if (claim.expires !== undefined) {
        if (now > signed + claim.expires * 1000) throw new SignatureFault("Expired", "Request has expired.");
        if (signed > now + SKEW) throw new SignatureFault("Expired", "Request is not yet valid.");
    } else if (Math.abs(now - signed) > SKEW) {
        throw new SignatureFault("Skewed", "The time of the request and this server's differ by more than 15 minutes.");
    }
}

/** Every x-amz-* header has a meaning: one that is not signed could have been put in on the way. */
function checkCovered(claim: Claim, headers: IncomingHttpHeaders): void {
    const loose = Object.keys(headers).filter(
        (name) => name.startsWith("x-amz-") && name !== "x-amz-user-agent" && !claim.signedHeaders.includes(name),
    );
    // A presigned URL is used by clients which do not know what it signs: the hash of the body is the one they may add.
    const wrong = claim.presigned ? loose.filter((name) => name !== "x-amz-content-sha256") : loose;
    if (wrong.length > 0) {
        throw new SignatureFault(
            "NotCovered",
            `There were headers present which were not signed: ${wrong.join(", ")}.`,
        );
    }
}

function payloadHash(request: SignedRequest, query: Query, claim: Claim, options: VerifyOptions): string {
    if (options.service !== "s3") return sha256Hex(options.body ?? "");
    const header = request.headers["x-amz-content-sha256"];
    const named = new Map(query).get("X-Amz-Content-Sha256");
    if (claim.presigned) {
        return claim.signedHeaders.includes("x-amz-content-sha256") ? String(header) : (named ?? "UNSIGNED-PAYLOAD");
    }
    if (typeof header !== "string")
        throw new SignatureFault("Malformed", "The header x-amz-content-sha256 is missing.");
    return header;
}

function payloadOf(hash: string, chain: Chain): Payload {
    if (hash === "UNSIGNED-PAYLOAD") return { form: "unsigned" };
    if (hash === "STREAMING-UNSIGNED-PAYLOAD-TRAILER") return { form: "chunks", trailer: true };
    if (hash === "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") return { form: "chunks", trailer: false, chain };
    if (hash === "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") return { form: "chunks", trailer: true, chain };
    if (/^[0-9a-f]{64}$/.test(hash)) return { form: "hashed", sha256: hash };
    throw new SignatureFault("Malformed", `x-amz-content-sha256 has no known form: "${hash}".`);
}

/** S3 signs the path as it is sent; the other services sign it encoded once more. */
function canonicalPath(path: string, service: string): string {
    const segments = path.split("/");
    return segments.map((segment) => encode(service === "s3" ? decode(segment) : segment)).join("/") || "/";
}

function canonicalQuery(query: Query): string {
    return query
        .filter(([name]) => name !== "X-Amz-Signature")
        .map(([name, value]) => [encode(name), encode(value)])
        .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
        .map((pair) => pair.join("="))
        .join("&");
}

function headerValue(headers: IncomingHttpHeaders, name: string): string {
    const value = headers[name] ?? "";
    return (Array.isArray(value) ? value.join(",") : value).trim().replace(/\s+/g, " ");
}

function signingKey(secret: string, ...scope: readonly string[]): Buffer {
    const steps = [...scope, "aws4_request"];
    return steps.reduce((key, step) => createHmac("sha256", key).update(step).digest(), Buffer.from(`AWS4${secret}`));
}

function encode(text: string): string {
    return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
