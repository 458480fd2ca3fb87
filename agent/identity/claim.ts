import { type IncomingHttpHeaders } from "node:http";
import { SignatureFault } from "./fault";
import { type SignedRequest } from "./sigv4";

/** Claim is what a request says of its signature: nothing of it is proven. */
export interface Claim {
    readonly presigned: boolean;
    readonly accessKeyId: string;
    readonly day: string;
    readonly region: string;
    readonly service: string;
    /** As sent: 20261121T095013Z. */
    readonly date: string;
    /** Seconds, when presigned. */
    readonly expires?: number;
    readonly signedHeaders: readonly string[];
    readonly signature: string;
}

/** Query is the names and values of a query, decoded, in their order. */
export type Query = readonly (readonly [name: string, value: string])[];

/** Takes a request's target apart. */
export function split(url: string): [path: string, query: Query] {
    const mark = url.indexOf("?");
    const path = mark < 0 ? url : url.slice(0, mark);
    const pairs = mark < 0 ? [] : url.slice(mark + 1).split("&");
    return [
        path,
        pairs
            .filter((pair) => pair !== "")
            .map((pair) => {
                const equals = pair.indexOf("=");
                return equals < 0
                    ? ([decode(pair), ""] as const)
                    : ([decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))] as const);
            }),
    ];
}

/** Reads the claim from the Authorization header or from the query. */
export function readClaim(request: SignedRequest, query: Query): Claim {
    const header = request.headers.authorization;
    const inQuery = new Map(query);
    if (header !== undefined && inQuery.has("X-Amz-Signature")) {
        throw new SignatureFault("Malformed", "Only one authentication mechanism is allowed: header or query.");
    }
    if (header !== undefined) return headerClaim(header, request.headers);
    if (inQuery.has("X-Amz-Signature")) return queryClaim(inQuery);
    throw new SignatureFault("Unsigned", "The request is not signed. Sign it with an access key (AWS Signature V4).");
}

const WEEK = 7 * 24 * 60 * 60;

function headerClaim(header: string, headers: IncomingHttpHeaders): Claim {
    const fields = /^AWS4-HMAC-SHA256\s+(.*)$/.exec(header);
    if (!fields) throw new SignatureFault("Malformed", "The Authorization header is not of AWS4-HMAC-SHA256.");
    const parts = new Map(
        fields[1].split(",").map((part) => {
            const [name, ...rest] = part.trim().split("=");
            return [name, rest.join("=")] as const;
        }),
    );
    const date = headers["x-amz-date"];
    if (typeof date !== "string") throw new SignatureFault("Malformed", "The header x-amz-date is missing.");
    return {
        presigned: false,
        date,
        ...credential(parts.get("Credential")),
        signedHeaders: headerNames(parts.get("SignedHeaders")),
        signature: parts.get("Signature") ?? "",
    };
}

function queryClaim(query: ReadonlyMap<string, string>): Claim {
    if (query.get("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256") {
        throw new SignatureFault("Malformed", "X-Amz-Algorithm must be AWS4-HMAC-SHA256.");
    }
    const expires = query.get("X-Amz-Expires") ?? "";
    if (!/^\d{1,6}$/.test(expires) || Number(expires) > WEEK || Number(expires) < 1) {
        throw new SignatureFault("Malformed", `X-Amz-Expires must be 1 to ${WEEK} seconds, but is "${expires}".`);
    }
    return {
        presigned: true,
        date: query.get("X-Amz-Date") ?? "",
        expires: Number(expires),
        ...credential(query.get("X-Amz-Credential")),
        signedHeaders: headerNames(query.get("X-Amz-SignedHeaders")),
        signature: query.get("X-Amz-Signature") ?? "",
    };
}

function credential(text: string | undefined): Pick<Claim, "accessKeyId" | "day" | "region" | "service"> {
    const parts = /^([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request$/.exec(text ?? "");
    if (!parts)
        throw new SignatureFault("Malformed", "The credential must be <key>/<date>/<region>/<service>/aws4_request.");
    return { accessKeyId: parts[1], day: parts[2], region: parts[3], service: parts[4] };
}

function headerNames(text: string | undefined): string[] {
    const names = (text ?? "").toLowerCase().split(";");
    if (!names.includes("host")) throw new SignatureFault("Malformed", "The header host must be signed.");
    return names.sort();
}

/** Decodes percent-encoding. */
export function decode(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        // A stray "%", or bytes which are not UTF-8.
        throw new SignatureFault("BadTarget", "The request's target is not percent-encoded UTF-8.");
    }
}
