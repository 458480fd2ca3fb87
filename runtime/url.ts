import { RuntimeError } from "./errors";

/**
 * Reads the URL of something that is opened, such as a link has put into the environment.
 *
 * @param opener what was called: `openBlob`
 * @param drivers by the scheme of their URLs, with a colon: `s3:`
 * @throws {@link RuntimeError} Invalid, when it is none, or of no driver
 */
export function readUrl<Driver>(
    opener: string,
    url: string | undefined,
    drivers: Readonly<Record<string, Driver>>,
): { readonly url: URL; readonly driver: Driver } {
    const known = Object.keys(drivers)
        .map((scheme) => `${scheme}//`)
        .join(", ");
    if (!url || !URL.canParse(url)) {
        const advice = url ? "" : " Is the app linked to it?";
        throw new RuntimeError(
            "Invalid",
            `${opener}: the URL is ${JSON.stringify(url)}: it must begin with ${known}.${advice}`,
        );
    }
    const parsed = new URL(url);
    if (!Object.hasOwn(drivers, parsed.protocol))
        throw new RuntimeError("Invalid", `${opener}: no driver for "${parsed.protocol}//". Known are: ${known}.`);
    return { url: parsed, driver: drivers[parsed.protocol] };
}
