/** Where Pulumi keeps the stacks of this project: in the project itself, unless the user has a place already. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { findPulumi, withPulumi } from "./cli.mjs";
import { openProject } from "./config.mjs";
import { attempt, capture, Failure, root, run } from "./io.mjs";
import { install } from "./project.mjs";

/**
 * Pulumi's tool, for this project.
 *
 * @returns `run`, `capture` and `attempt` as io.mjs has them, given Pulumi's arguments
 */
export async function openPulumi(env = process.env) {
    const own = usesOwnState(env);
    const full = await pulumiEnvironment(env);
    if (own) await install();
    await installProvider(full);
    const call = async (start, args, options) => {
        if (!own) return start("pulumi", args, { env: full, ...options });
        const project = await openProject(root);
        try {
            return await start("pulumi", ["-C", project.folder, ...args], { env: full, ...options });
        } finally {
            await project.keep();
        }
    };
    return {
        run: (args, options) => call(run, args, options),
        capture: (args, options) => call(capture, args, options),
        attempt: (args, options) => call(attempt, args, options),
    };
}

/**
 * Puts the provider of this machine's stacks where Pulumi looks. A program does that too, when it runs; but Pulumi asks first for
 * the one of the stack's state, and there is none when its folder was emptied.
 */
async function installProvider({ PULUMI_HOME }) {
    if (!existsSync(join(root, "dist", "plugin", "install.js"))) return; // nothing was brought up from here yet
    const { installPlugin } = await import("../../dist/plugin/install.js");
    installPlugin(PULUMI_HOME || undefined);
}

/** The environment for Pulumi: the tool on PATH, and a place for the state with a passphrase for its secrets. */
export async function pulumiEnvironment(env = process.env) {
    const found = withPulumi(await findPulumi({ env }), env);
    // A language host from before 3.69 does not hear of `typescript: false` in Pulumi.yaml: at least it need not check types.
    const quiet = { PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_NODEJS_TRANSPILE_ONLY: "true", ...found };
    return usesOwnState(env) ? { ...quiet, ...ownState(root, env) } : quiet;
}

/** The arguments of a command: the stack's name, `local` if none is given, and what is passed on to Pulumi. */
export function parse(args) {
    const [first, ...rest] = args;
    const named = first !== undefined && !first.startsWith("-");
    return { stack: named ? first : "local", rest: named ? rest : args };
}

/** Selects a stack, and makes it before with `--create` among the `flags`; false when there is no such stack. */
export async function selectStack(stack, pulumi, ...flags) {
    const { text, why } = await pulumi.attempt(["stack", "select", ...flags, stack]);
    return found(`The stack ${stack} can be neither selected nor made`, text, why) !== undefined;
}

/** The stack's outputs; undefined when there is no such stack. */
export async function outputsOf(stack, pulumi) {
    const { text, why } = await pulumi.attempt(["stack", "output", "--json", "--stack", stack]);
    const json = found(`The outputs of stack ${stack} cannot be read`, text, why);
    return json && JSON.parse(json);
}

/** What Pulumi said of a stack; undefined when it has none of the name, which other reasons are not to be taken for. */
function found(what, text, why, env = process.env) {
    if (text !== undefined || /no stack named/.test(why)) return text;
    if (!/PULUMI_CONFIG_PASSPHRASE/.test(why)) throw new Failure(`${what}: ${why}`);
    const [place, way] = env.PULUMI_BACKEND_URL
        ? ["PULUMI_BACKEND_URL says", "unset that"]
        : ["you are logged in", "run `pulumi logout`"];
    throw new Failure(
        [
            `${what}: ${why}.`,
            `The state is kept where ${place}, which takes a passphrase of yours: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE.`,
            `Or ${way}, and both are kept in the project.`,
        ].join("\n"),
    );
}

/**
 * Is the state to be kept in the project? Once it is there it stays there; else a user's own choice counts: a backend or
 * a token in the environment, or a login.
 */
export function usesOwnState(env, folder = root) {
    if (env.PULUMI_BACKEND_URL) return false;
    if (existsSync(join(folder, ".pulumi", "stacks"))) return true;
    return !env.PULUMI_ACCESS_TOKEN && !loggedIn(env);
}

/** Pulumi's file backend in `.pulumi/`, and a passphrase which is made once and which only the user can read. */
export function ownState(folder, env) {
    const home = join(folder, ".pulumi");
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const state = { PULUMI_BACKEND_URL: `file://${folder}` };
    if (env.PULUMI_CONFIG_PASSPHRASE !== undefined || env.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined) return state;
    const file = join(home, "passphrase");
    try {
        writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600, flag: "wx" });
    } catch (fault) {
        if (fault.code !== "EEXIST") throw fault;
    }
    return { ...state, PULUMI_CONFIG_PASSPHRASE_FILE: file };
}

function loggedIn(env) {
    try {
        const file = join(env.PULUMI_HOME || join(env.HOME || homedir(), ".pulumi"), "credentials.json");
        return Boolean(JSON.parse(readFileSync(file, "utf8")).current);
    } catch {
        return false; // no such file: never logged in
    }
}
