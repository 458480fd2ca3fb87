/** What an error of a cloud comes to. */

import { type ErrorCode } from "./errors";

/** By the status of an answer over HTTP; 0 for none. */
export function codeOfStatus(status: number): ErrorCode {
    if (status === 401 || status === 403) return "Denied";
    if (status === 404) return "NotFound";
    if (status === 409 || status === 412) return "Conflict";
    if (status === 408 || status === 429 || status >= 500) return "Unavailable";
    return status >= 400 ? "Invalid" : "Unknown";
}

/** Whether there was no answer, by the code that Node.js gives it. */
export function isUnanswered(error: unknown): boolean {
    const { code } = error as { code?: unknown };
    return /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_|EHOST|ENET)/.test(String(code));
}

/** Of an error of AWS's SDK. Its services say with a status of 400 too that somebody is denied, or is too quick. */
export function codeOfAws(error: unknown): ErrorCode {
    const { name = "", $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
    if (denials.test(name)) return "Denied";
    if (/Throttl|^TimeoutError$/.test(name) || isUnanswered(error)) return "Unavailable";
    return codeOfStatus($metadata?.httpStatusCode ?? 0);
}

const denials =
    /^(CredentialsProviderError|(AccessDenied|UnrecognizedClient|InvalidSignature|MissingAuthenticationToken|IncompleteSignature|ExpiredToken)(Exception)?)$/;
