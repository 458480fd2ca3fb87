/** Finds Pulumi's command-line tool with its Node language host, or brings it. */
import { accessSync, constants, mkdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { Failure, capture, root } from "./io.mjs";
import { download } from "./download.mjs";
import { buildWithGo } from "./go.mjs";

/** The version that is brought when there is none. */
export const version = "3.259.0";
/** The oldest one on PATH that is taken: the engine's protocol that our components use. */
export const oldest = "3.200.0";

/**
 * The folder of a `pulumi` with its `pulumi-language-nodejs`: from PATH; else kept from earlier; else the official
 * download; else built from its Go modules.
 *
 * @param ways what to try when there is none, in order: each fills an empty folder, or throws why it cannot
 * @throws Failure which says what was tried and what to install
 */
export async function findPulumi({ env = process.env, cache = cacheFolder(env), ways = [download, buildWithGo] } = {}) {
    const tried = [];
    const onPath = await probe(env);
    if (onPath.bin) return onPath.bin;
    tried.push(onPath.why);

    const bin = join(cache, `pulumi-${version}`, "bin");
    if (runnable(join(bin, "pulumi")) && runnable(join(bin, "pulumi-language-nodejs"))) return bin;

    for (const way of ways) {
        try {
            await way({ version, bin, env });
            return bin;
        } catch (fault) {
            if (!(fault instanceof Failure)) throw fault;
            tried.push(fault.message);
        }
    }
    throw new Failure(
        [
            "Pulumi's command-line tool is needed, and could not be had:",
            ...tried.map((why) => `  - ${why}`),
            `Install Pulumi ${oldest} or later (https://www.pulumi.com/docs/install/), so that \`pulumi version\` answers,`,
            "or Go 1.25 or later (https://go.dev/dl/), with which it is built here. Then run this command again.",
        ].join("\n"),
    );
}

/** The same environment, with the found tool first on PATH. */
export function withPulumi(bin, env = process.env) {
    const first = (env.PATH ?? "").split(delimiter)[0];
    return first === bin ? env : { ...env, PATH: `${bin}${delimiter}${env.PATH ?? ""}` };
}

/** Where tools are kept for all clones of this user; in the project itself where the home folder cannot be written. */
export function cacheFolder(env = process.env) {
    const home = join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache"), "pulumi-mvi");
    try {
        mkdirSync(home, { recursive: true });
        accessSync(home, constants.W_OK);
        return home;
    } catch {
        return join(root, ".tools"); // a read-only home is common in containers
    }
}

/** Is `version` at least `least`? Both as in `v3.259.0` or `3.259.0-dev`. */
export function atLeast(version, least) {
    const [a, b] = [version, least].map((text) => text.replace(/^v/, "").split(/[.+-]/, 3).map(Number));
    for (let i = 0; i < 3; i++) if (a[i] !== b[i]) return a[i] > b[i];
    return true;
}

/** Looks for a usable tool on PATH. */
async function probe(env) {
    const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
    const bin = folders.find((folder) => runnable(join(folder, "pulumi")));
    if (!bin) return { why: "no `pulumi` is on PATH" };
    const found = (
        await capture(join(bin, "pulumi"), ["version"], { env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" } })
    )?.trim();
    const where = `the \`pulumi\` on PATH (${join(bin, "pulumi")})`;
    if (found === undefined) return { why: `${where} does not run: \`pulumi version\` fails` };
    if (!/^v?\d+\.\d+\.\d+/.test(found)) return { why: `${where} does not say its version: it answers "${found}"` };
    if (!atLeast(found, oldest)) return { why: `${where} is ${found}, and ${oldest} is the oldest that serves` };
    // Package managers link to the tool: what belongs to it lies beside the file itself.
    const besides = dirname(realpathSync(join(bin, "pulumi")));
    if (![...folders, besides].some((folder) => runnable(join(folder, "pulumi-language-nodejs")))) {
        return { why: `${where} has no \`pulumi-language-nodejs\` beside it or on PATH` };
    }
    return { bin };
}

function runnable(file) {
    try {
        accessSync(file, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}
