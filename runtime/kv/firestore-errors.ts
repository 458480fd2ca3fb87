import { isUnanswered } from "../codes";
import { type ErrorCode } from "../errors";

/** Whether a write was refused because the document is not what its condition asks for. */
export function isChanged(error: unknown): boolean {
    // Without a document, it is NOT_FOUND; ABORTED are writes which came at once.
    return ["FAILED_PRECONDITION", "ALREADY_EXISTS", "NOT_FOUND", "ABORTED"].includes(statusOf(error));
}

/** What an error of the REST API, or of getting a token for it, comes to. */
export function codeOf(error: unknown): ErrorCode {
    const status = statusOf(error);
    if (Object.hasOwn(CODES, status)) return CODES[status];
    const { code, message = "" } = error as { code?: unknown; message?: string };
    if (/default credentials|invalid_grant|invalid_client|Unable to detect a Project Id/i.test(message))
        return "Denied";
    return isUnanswered(error) || /^ABORT/i.test(String(code)) ? "Unavailable" : "Unknown";
}

/** https://cloud.google.com/apis/design/errors#error_codes */
const CODES: Readonly<Record<string, ErrorCode>> = {
    NOT_FOUND: "NotFound",
    INVALID_ARGUMENT: "Invalid",
    OUT_OF_RANGE: "Invalid",
    PERMISSION_DENIED: "Denied",
    UNAUTHENTICATED: "Denied",
    FAILED_PRECONDITION: "Conflict",
    ALREADY_EXISTS: "Conflict",
    ABORTED: "Conflict",
    RESOURCE_EXHAUSTED: "Unavailable",
    DEADLINE_EXCEEDED: "Unavailable",
    INTERNAL: "Unavailable",
    UNAVAILABLE: "Unavailable",
};

/** The API's own word. Streaming methods give a list; what is before the API, such as a proxy, gives only a number. */
function statusOf(error: unknown): string {
    const { response } = error as { response?: { status?: number; data?: unknown } };
    const body = (Array.isArray(response?.data) ? response.data[0] : response?.data) as Answer | undefined;
    return body?.error?.status ?? BY_NUMBER[response?.status ?? 0] ?? "";
}

interface Answer {
    readonly error?: { readonly status?: string };
}

const BY_NUMBER: Readonly<Record<number, string>> = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
};
