import { codeOfStatus } from "../codes";
import { RuntimeError } from "../errors";

/** Milliseconds for one request: at SIGTERM there are ten seconds for all. */
const PATIENCE = 5000;

/** Sends metrics by OTLP over HTTP, in JSON. @throws {@link RuntimeError}, by the answer */
export async function postOtlp(url: string, headers: Readonly<Record<string, string>>, body: object): Promise<void> {
    const text = await ask(url, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify(body),
    });
    const { rejectedDataPoints = 0, errorMessage = "no reason is given" } = partOf(text);
    if (Number(rejectedDataPoints) > 0)
        throw new RuntimeError("Unknown", `${url} has not taken ${rejectedDataPoints} values: ${errorMessage}`);
}

/** Asks, and gives the text of the answer. @throws the same */
export async function ask(url: string, init: RequestInit): Promise<string> {
    let answer: Response;
    let text: string;
    try {
        answer = await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE) });
        text = await answer.text();
    } catch (cause) {
        const { message, cause: reason } = cause as Error;
        const why = reason instanceof Error ? `${message}: ${reason.message}` : message;
        throw new RuntimeError("Unavailable", `${url} does not answer: ${why}`, { cause });
    }
    if (answer.ok) return text;
    const code = codeOfStatus(answer.status);
    const advice = code === "Denied" ? ": link what runs to the metric" : "";
    throw new RuntimeError(code, `${url} answers ${answer.status}: ${text.trim().slice(0, 500)}${advice}`);
}

interface PartialSuccess {
    /** As OTLP's JSON has it, a text; some write a number. */
    readonly rejectedDataPoints?: string | number;
    readonly errorMessage?: string;
}

function partOf(text: string): PartialSuccess {
    try {
        return (JSON.parse(text || "{}") as { partialSuccess?: PartialSuccess }).partialSuccess ?? {};
    } catch {
        return {}; // It was taken: what else it says is of no use here.
    }
}
