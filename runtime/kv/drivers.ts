import { RuntimeError } from "../errors";
import { type KvDriver } from "./driver";
import { openDynamoDB } from "./dynamodb";
import { openFirestore } from "./firestore";

/** The driver for `url`. Only the packages of that driver are loaded, when it is opened. @throws {@link RuntimeError} Invalid, NotInstalled */
export async function openDriver(url: string | undefined): Promise<KvDriver> {
    const known = Object.keys(DRIVERS)
        .map((scheme) => `${scheme}//`)
        .join(", ");
    if (!url || !URL.canParse(url)) {
        const advice = url ? "" : " Is the app linked to it?";
        throw new RuntimeError(
            "Invalid",
            `openKV: the URL is ${JSON.stringify(url)}: it must begin with ${known}.${advice}`,
        );
    }
    const parsed = new URL(url);
    const driver = Object.hasOwn(DRIVERS, parsed.protocol) ? DRIVERS[parsed.protocol] : undefined;
    if (!driver)
        throw new RuntimeError("Invalid", `openKV: no driver for "${parsed.protocol}//". Known are: ${known}.`);
    return driver(parsed);
}

/** By the scheme of the URL. */
const DRIVERS: Readonly<Record<string, (url: URL) => Promise<KvDriver>>> = {
    "dynamodb:": openDynamoDB,
    "firestore:": openFirestore,
};
