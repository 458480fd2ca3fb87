import { readUrl } from "../url";
import { type KvDriver } from "./driver";
import { openDynamoDB } from "./dynamodb";
import { openFirestore } from "./firestore";

/** The driver for `url`. Only the packages of that driver are loaded, when it is opened. @throws {@link RuntimeError} Invalid, NotInstalled */
export async function openDriver(url: string | undefined): Promise<KvDriver> {
    const found = readUrl("openKV", url, DRIVERS);
    return found.driver(found.url);
}

/** By the scheme of the URL. */
const DRIVERS: Readonly<Record<string, (url: URL) => Promise<KvDriver>>> = {
    "dynamodb:": openDynamoDB,
    "firestore:": openFirestore,
};
