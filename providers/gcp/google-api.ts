/** The few calls that no resource makes: as whoever runs `pulumi`, where the provider's own go. */

import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { spreads } from "./propagation";

/** Asks an API of Google's: a path below its address, and what is sent, where something is. */
export type Ask = (api: ApiName, method: "GET" | "POST" | "PUT", path: string, body?: object) => Promise<unknown>;

/** The provider's setting of each API's address, and the address. */
const apis = {
    compute: ["compute", "https://compute.googleapis.com/compute/v1/"],
    kms: ["kms", "https://cloudkms.googleapis.com/v1/"],
    logging: ["logging", "https://logging.googleapis.com/v2/"],
    memorystore: ["memorystore", "https://memorystore.googleapis.com/v1/"],
    secretmanager: ["secretManager", "https://secretmanager.googleapis.com/v1/"],
    serviceusage: ["serviceUsage", "https://serviceusage.googleapis.com/v1/"],
    sqladmin: ["sql", "https://sqladmin.googleapis.com/sql/v1beta4/"],
} as const;
export type ApiName = keyof typeof apis;

/** Refusal is what Google answered in place of what it was asked. */
export class Refusal extends pulumi.RunError {
    constructor(
        asked: string,
        readonly status: number,
        text: string,
    ) {
        super(`Google refused ${asked}: ${status} ${text.slice(0, 500)}`);
    }
}

/**
 * Where the stack's settings or the environment say. A provider of a component's own may say otherwise, which is not read: what
 * it leaves out is unknown in a preview, and nothing would be asked there.
 *
 * @param token - a short-lived one, of whoever runs `pulumi`
 */
export function askAs(token: string): Ask {
    return async (api, method, path, body) => {
        const [setting, usual] = apis[api];
        const variable = `GOOGLE_${setting.replace(/[A-Z]/g, "_$&").toUpperCase()}_CUSTOM_ENDPOINT`;
        const base = new pulumi.Config("gcp").get(`${setting}CustomEndpoint`) ?? process.env[variable] ?? usual;
        const { ok, status, text } = await patiently(async () => {
            const response = await fetch(new URL(path, base), {
                method,
                headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
                body: body && JSON.stringify(body),
                signal: AbortSignal.timeout(60_000),
            });
            return { ok: response.ok, status: response.status, text: await response.text() };
        });
        if (!ok) throw new Refusal(`${method} ${path} of ${api}`, status, text);
        return JSON.parse(text) as unknown;
    };
}

/**
 * What is asked while a program runs. A preview tells what was refused, and goes on without an answer: so it shows what else is
 * wrong, and it ends. By the Automation API a program never ends in which a resource waits for what was refused.
 * Source: github.com/pulumi/pulumi/issues/14980
 */
export async function tried<T>(work: () => Promise<T>): Promise<T> {
    try {
        return await work();
    } catch (error) {
        if (!pulumi.runtime.isDryRun() || !pulumi.RunError.isInstance(error)) throw error;
        await pulumi.log.error(error.message);
        return pulumi.unknown as T;
    }
}

/** What passes by itself: too many questions at a time, or somebody on the way who is restarted. */
const busy: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Asks up to five times, while nothing is answered or Google is busy; and in a deployment for as long as it spreads the word of a
 * grant or an API. Whoever asks can be asked twice: see database-keep.ts.
 */
export async function patiently<T extends { readonly status: number; readonly text: string }>(
    ask: () => Promise<T>,
    pause = 1000,
): Promise<T> {
    for (let attempt = 1; ; attempt++) {
        try {
            const answer = await whenSpread(ask, pause);
            if (attempt === 5 || !busy.has(answer.status)) return answer;
        } catch (error) {
            // `fetch` says so when there was no answer.
            if (attempt === 5 || !(error instanceof TypeError)) throw error;
        }
        await sleep(pause * 2 ** attempt);
    }
}

/** Asks again while the answer is that Google is still spreading the word. */
async function whenSpread<T extends { readonly status: number; readonly text: string }>(
    ask: () => Promise<T>,
    pause: number,
): Promise<T> {
    const refusals: string[] = []; // the newest first
    for (;;) {
        const answer = await ask();
        if (answer.status < 400) return answer;
        refusals.unshift(answer.text);
        if (!(await spreads(refusals, pause))) return answer;
    }
}

interface Operation {
    readonly name: string;
    readonly done?: boolean;
    readonly status?: string;
    readonly error?: { readonly message?: string; readonly errors?: readonly { readonly message?: string }[] };
}

/**
 * Waits until what was begun is done, five minutes at most.
 *
 * @param where - what stands before the operation's name in its path, for an API whose names are not whole
 * @throws with Google's reason when it failed
 */
export async function finished(ask: Ask, api: ApiName, begun: unknown, where = "", pause = 2000): Promise<void> {
    let operation = begun as Operation;
    const isDone = ({ done, status }: Operation) => done === true || status === "DONE";
    for (let left = 150; !isDone(operation) && left > 0; left--) {
        await sleep(pause);
        operation = (await ask(api, "GET", `${where}${operation.name}`)) as Operation;
    }
    const { name, error } = operation;
    if (error) {
        const why = error.message ?? error.errors?.map(({ message }) => message).join("; ") ?? "no reason was given";
        throw new pulumi.RunError(`Google began ${name} and failed: ${why}: run \`pulumi up\` again`);
    }
    if (!isDone(operation))
        throw new pulumi.RunError(`Google has not ended ${name} in five minutes: run \`pulumi up\` again`);
}
