import { codeOfStatus, isUnanswered } from "../codes";
import { type ErrorCode } from "../errors";

/** Whether an error says that there is no such object. That there is no such bucket is another matter. */
export function isMissing(error: unknown): boolean {
    return statusOf(error) === 404 && !/bucket does not exist/i.test((error as Error).message);
}

/** What an error of the SDK, or of getting a token for it, comes to. */
export function codeOf(error: unknown): ErrorCode {
    const { message = "" } = error as { message?: string };
    if (/default credentials|client_email|invalid_grant/.test(message)) return "Denied";
    return isUnanswered(error) ? "Unavailable" : codeOfStatus(statusOf(error));
}

/** Of the API's errors, it is their code; of those of getting a token, it stands with the response. */
function statusOf(error: unknown): number {
    const { code, status, response } = error as { code?: unknown; status?: unknown; response?: { status?: unknown } };
    return [code, status, response?.status].map(Number).find((each) => each >= 100 && each < 600) ?? 0;
}
