import { type ErrorCode } from "../errors";

/** Whether an error says that there is no such object. That there is no such bucket is another matter. */
export function isMissing(error: unknown): boolean {
    // HeadObject has no body to say more in.
    return ["NoSuchKey", "NotFound"].includes((error as Error).name);
}

/** What an error of the SDK comes to. */
export function codeOf(error: unknown): ErrorCode {
    const {
        name = "",
        code = "",
        $metadata,
    } = error as {
        name?: string;
        code?: string;
        $metadata?: { httpStatusCode?: number };
    };
    const status = $metadata?.httpStatusCode ?? 0;
    if (name === "CredentialsProviderError" || status === 401 || status === 403) return "Denied";
    if (status === 404) return "NotFound";
    if (status === 409 || status === 412) return "Conflict";
    if (
        status >= 500 ||
        status === 429 ||
        name === "TimeoutError" ||
        /^(ECONN|ENOTFOUND|EAI_|EPIPE|ETIMEDOUT)/.test(code)
    ) {
        return "Unavailable";
    }
    return status >= 400 ? "Invalid" : "Unknown";
}
