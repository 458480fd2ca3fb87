import { existsSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** Why a program could not be started, for people. */
export function whyNot(error: NodeJS.ErrnoException, program: string, cwd: string, path: string): string {
    if (error.code !== "ENOENT" && error.code !== "EACCES") {
        return error.message;
    }
    if (!existsSync(cwd)) {
        return `its folder ${cwd} is not there`;
    }
    // A folder of PATH that is closed to the account gives EACCES as well, so it is looked at anew.
    const places = program.includes("/")
        ? [resolve(cwd, program)]
        : path.split(delimiter).map((each) => join(each, program));
    return places.some((each) => existsSync(each)) ? "it may not be run (no permission)" : "there is no such program";
}
