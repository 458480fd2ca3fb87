import { RuntimeError } from "./errors";

/**
 * Opens a container at `url`, such as a link has put into the environment: `openService(process.env.API_URL)`. What it answers
 * is `fetch`, for paths of that container:
 *
 * ```ts
 * const api = openService(process.env.API_URL);
 * const orders = await api("/orders?open=true");
 * ```
 *
 * Where the cloud asks who is there, each request says so: a service of Google Cloud Run (`https://….run.app`) gets a token
 * of the account which this process runs as, for that service only. Elsewhere it is `fetch` and nothing more; so the same
 * code runs everywhere. A program in another language adds `Authorization: Bearer …` itself, with what
 * `http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity?audience=<url>` answers
 * to the header `Metadata-Flavor: Google`.
 *
 * @throws {@link RuntimeError} Invalid, when the URL is none
 */
export function openService(url: string | undefined): Service {
    if (url === undefined || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
        throw new RuntimeError(
            "Invalid",
            `a container's URL must begin with http:// or https://, and this one is ${JSON.stringify(url)}: name the container in \`uses\`, and pass its variable`,
        );
    }
    const base = new URL(url);
    const token = base.hostname.endsWith(".run.app") ? tokens(base.origin) : undefined;
    return async (path, init = {}) => {
        const target = URL.canParse(path, base.href) ? new URL(path, base) : undefined;
        // A token is for this service: it must not be sent to whoever a path names.
        if (target?.origin !== base.origin) {
            throw new RuntimeError("Invalid", `${JSON.stringify(path)} is not a path of ${base.origin}`);
        }
        if (!token) return fetch(target, init);
        const headers = new Headers(init.headers);
        // What the app says itself to the other one stays as it is: Cloud Run looks here first.
        headers.set("X-Serverless-Authorization", `Bearer ${await token()}`);
        return fetch(target, { ...init, headers });
    };
}

/**
 * Service is `fetch` for paths of one container.
 *
 * @throws {@link RuntimeError} Invalid for a path elsewhere, Unavailable when there is nobody to get a token from; and what
 * `fetch` throws
 */
export type Service = (path: string, init?: RequestInit) => Promise<Response>;

/** Seconds before its end that a token is no longer used. */
const margin = 120;

/** Gets tokens for a service from Google's metadata server, and keeps each as long as it is good. */
function tokens(audience: string): () => Promise<string> {
    let known: { readonly token: string; readonly until: number } | undefined;
    return async () => {
        if (known && Date.now() < known.until) return known.token;
        const token = await ask(audience);
        known = { token, until: (expiryOf(token) - margin) * 1000 };
        return token;
    };
}

async function ask(audience: string): Promise<string> {
    const host = process.env.GCE_METADATA_HOST ?? "metadata.google.internal";
    const url = `http://${host}/computeMetadata/v1/instance/service-accounts/default/identity?audience=${encodeURIComponent(audience)}`;
    const failed = (why: string, cause?: unknown) =>
        new RuntimeError(
            "Unavailable",
            `no token for ${audience}: Google's metadata server ${why}: run it on Google Cloud, as an account that may invoke that service`,
            { cause },
        );
    let answer: Response;
    try {
        answer = await fetch(url, { headers: { "Metadata-Flavor": "Google" }, signal: AbortSignal.timeout(10_000) });
    } catch (cause) {
        throw failed("does not answer", cause);
    }
    if (!answer.ok) throw failed(`answers ${answer.status}`);
    return (await answer.text()).trim();
}

/** When a token ends, in seconds since 1970. One that cannot be read is asked for again. */
function expiryOf(token: string): number {
    try {
        const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString()) as { exp?: unknown };
        return typeof claims.exp === "number" ? claims.exp : 0;
    } catch {
        return 0;
    }
}
