import { RuntimeError } from "../errors";

/** BucketPlace is what a bucket's URL says. */
export interface BucketPlace {
    readonly bucket: string;
    /** Where its service is, in place of the cloud's own. */
    readonly endpoint: string | undefined;
    /** What every key begins with. */
    readonly prefix: string;
}

/**
 * Reads `s3://bucket?endpoint=…&prefix=…` and the like.
 *
 * @param more - further parameters that it may have
 * @throws RuntimeError "Invalid" when it says something else
 */
export function readBucketUrl(url: URL, more: readonly string[] = []): BucketPlace {
    const wrong = (what: string) => new RuntimeError("Invalid", `openBlob: ${what} in "${url.href}".`);
    const known = [...more, "endpoint", "prefix"];
    const other = [...url.searchParams.keys()].find((name) => !known.includes(name));
    if (other !== undefined) throw wrong(`unknown parameter "${other}" (known are ${known.join(", ")})`);
    if (url.host === "" || !["", "/"].includes(url.pathname))
        throw wrong("the bucket must stand alone (for a prefix, use ?prefix=)");
    const endpoint = url.searchParams.get("endpoint") ?? undefined;
    if (endpoint !== undefined && !/^https?:$/.test(URL.canParse(endpoint) ? new URL(endpoint).protocol : "")) {
        throw wrong("the endpoint must be an http or https URL");
    }
    return { bucket: url.host, endpoint, prefix: url.searchParams.get("prefix") ?? "" };
}
