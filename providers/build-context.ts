/** The folder with what a build may copy: that it is there is known before anything is made, on every cloud. */

import * as fs from "node:fs";
import * as path from "node:path";
import { nearest } from "../components/fault";
import { isPlain, type Place } from "../components/shape";
import { deploys } from "./deploys";
import { besides } from "./workload-check";

/** An image's own build. */
export function checkContext(context: unknown, at: Place): void {
    if (typeof context !== "string" || context === "" || !deploys()) return;
    const folder = path.resolve(context);
    const found = fs.statSync(folder, { throwIfNoEntry: false });
    if (found?.isDirectory()) return;
    at.fault(found ? `is no folder: ${folder}` : `is not there: ${folder}`, meant(context, folder), context);
}

/** What a workload and its sidecars build themselves. */
export function checkContexts(args: Readonly<Record<string, unknown>>, at: Place): void {
    for (const [{ build }, place] of besides(args, at)) {
        if (isPlain(build)) checkContext(build.context, place.in("build").in("context"));
        else checkContext(build, place.in("build"));
    }
}

/** A path is relative to the folder that the program runs in, which is the project's. */
function meant(context: string, folder: string): string {
    const around = path.dirname(folder);
    const there = fs.existsSync(around) ? fs.readdirSync(around) : [];
    const near = nearest(path.basename(folder), there);
    return near ? `did you mean "${path.join(path.dirname(context), near)}"?` : `name one from ${process.cwd()} on`;
}
