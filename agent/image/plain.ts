import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "../kind";
import { type ImageConfig, imagePath } from "./config";
import { type ContextInputs, listContext } from "./context";
import { copyInto } from "./copy";
import { commands } from "./words";

/** An image of a context without a Dockerfile: its files, and what `package.json` says of the start. */
export async function buildPlain(name: string, inputs: ContextInputs, root: string): Promise<ImageConfig> {
    const workdir = "/app";
    await copyInto({ root: inputs.context, entries: listContext(inputs) }, ["."], root, "/", workdir);
    const path = `${workdir}/node_modules/.bin:${imagePath}`;
    return { entrypoint: [], cmd: startOf(name, inputs.context), env: { PATH: path }, workdir, exposed: [] };
}

function startOf(name: string, context: string): string[] {
    const path = join(context, "package.json");
    if (!existsSync(path)) {
        return [];
    }
    let manifest: { scripts?: { start?: string }; main?: string };
    try {
        manifest = JSON.parse(readFileSync(path, "utf8")) as typeof manifest;
    } catch (error) {
        throw new Refusal(`Image ${name}: ${path} is not JSON: ${(error as Error).message}`);
    }
    const start = manifest.scripts?.start;
    if (start !== undefined) {
        // Without npm or a shell in between where it can be: a signal then reaches the app itself.
        const simple = commands(start, {});
        const [only, ...more] = typeof simple === "string" || /[$*?=]/.test(start) ? [] : simple;
        return only !== undefined && more.length === 0 ? only : ["/bin/sh", "-c", start];
    }
    const main = manifest.main ?? (existsSync(join(context, "index.js")) ? "index.js" : undefined);
    return main === undefined ? [] : ["node", main];
}
