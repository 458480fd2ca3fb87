import { RuntimeError } from "../errors";
import { ask } from "./http";

/** Milliseconds before its end that a token is no longer used: the metadata server has the next one five minutes before. */
const MARGIN = 120_000;

/**
 * Tokens of the account which this process runs as, from Google's metadata server: it needs no package.
 *
 * @throws {@link RuntimeError} Unavailable, Unknown
 */
export function googleToken(): () => Promise<string> {
    const host = process.env.GCE_METADATA_HOST ?? "metadata.google.internal";
    const url = `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`;
    let known: { readonly token: string; readonly until: number } | undefined;
    return async () => {
        if (known && Date.now() < known.until) return known.token;
        const text = await ask(url, { headers: { "Metadata-Flavor": "Google" } });
        const { access_token: token, expires_in: seconds } = JSON.parse(text) as Record<string, unknown>;
        if (typeof token !== "string" || typeof seconds !== "number")
            throw new RuntimeError(
                "Unknown",
                `${url} gives no token: run it on Google Cloud, as an account of its own`,
            );
        known = { token, until: Date.now() + seconds * 1000 - MARGIN };
        return token;
    };
}
