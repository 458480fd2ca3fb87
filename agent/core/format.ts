/** The format of the agent's folder. */

import * as path from "node:path";
import { Refusal } from "../kind";
import { readIfAny, writeAtomic } from "./files";

/** Number of the format that this build writes. Raise it together with a step in {@link MIGRATIONS}. */
export const FORMAT = 1;

/** `MIGRATIONS[n]` brings a folder of format n to n + 1, and may be run again after a kill -9. */
const MIGRATIONS: Readonly<Record<number, (folder: string) => void>> = {};

/** Brings the folder to this build's format. @throws {@link Refusal} when a newer build wrote it. */
export function bringToFormat(folder: string): void {
    const file = path.join(folder, "format");
    const text = readIfAny(file);
    let format = text === undefined ? FORMAT : Number(text);
    if (!Number.isInteger(format) || format < 1) {
        throw new Refusal(
            `agent: ${file} holds ${JSON.stringify(text)} and not the number of a format: write ${FORMAT} into it`,
        );
    }
    if (format > FORMAT) {
        throw new Refusal(
            `agent: ${folder} was made by a newer pulumi-mvi (format ${format}, this one knows ${FORMAT}): upgrade pulumi-mvi`,
        );
    }
    for (; format < FORMAT; format++) {
        MIGRATIONS[format](folder);
        writeAtomic(file, `${format + 1}\n`);
    }
    if (text === undefined) {
        writeAtomic(file, `${FORMAT}\n`);
    }
}
