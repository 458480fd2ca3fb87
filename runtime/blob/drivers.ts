import { RuntimeError } from "../errors";
import { type BlobDriver } from "./driver";
import { openGCS } from "./gcs";
import { openS3 } from "./s3";

/** The driver for `url`. Only the packages of that driver are loaded, when it is opened. @throws {@link RuntimeError} Invalid, NotInstalled */
export async function openDriver(url: string | undefined): Promise<BlobDriver> {
    const known = Object.keys(DRIVERS)
        .map((scheme) => `${scheme}//`)
        .join(", ");
    if (!url)
        throw new RuntimeError(
            "Invalid",
            `openBlob: the URL is ${JSON.stringify(url)}: is the app linked to it? It begins with ${known}.`,
        );
    if (!URL.canParse(url))
        throw new RuntimeError("Invalid", `openBlob: this is no URL: "${url}". It begins with ${known}.`);
    const parsed = new URL(url);
    const driver = Object.hasOwn(DRIVERS, parsed.protocol) ? DRIVERS[parsed.protocol] : undefined;
    if (!driver)
        throw new RuntimeError("Invalid", `openBlob: no driver for "${parsed.protocol}//". Known are: ${known}.`);
    return driver(parsed);
}

/** By the scheme of the URL. */
const DRIVERS: Readonly<Record<string, (url: URL) => Promise<BlobDriver>>> = {
    "s3:": openS3,
    "gs:": openGCS,
};
