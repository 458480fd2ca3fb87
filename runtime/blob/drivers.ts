import { readUrl } from "../url";
import { type BlobDriver } from "./driver";
import { openGCS } from "./gcs";
import { openS3 } from "./s3";

/** The driver for `url`. Only the packages of that driver are loaded, when it is opened. @throws {@link RuntimeError} Invalid, NotInstalled */
export async function openDriver(url: string | undefined): Promise<BlobDriver> {
    const found = readUrl("openBlob", url, DRIVERS);
    return found.driver(found.url);
}

/** By the scheme of the URL. */
const DRIVERS: Readonly<Record<string, (url: URL) => Promise<BlobDriver>>> = {
    "s3:": openS3,
    "gs:": openGCS,
};
