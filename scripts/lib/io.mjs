/** What every command of this folder needs: where the project is, how to run a program, how to speak and how to fail. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

/** The project's folder, with no slash at its end. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/** Failure is a fault that the user can mend: shown without a stack. */
export class Failure extends Error {}

/**
 * Runs a command's `body`, and ends the process with its exit code. For `--help` it prints what stands at the top of the
 * command's file, unless the command has `ownHelp`.
 */
export async function command(body, { ownHelp = false } = {}) {
    const [, file, ...args] = process.argv;
    if (!ownHelp && args.some((arg) => arg === "--help" || arg === "-h")) {
        console.log(headOf(readFileSync(file, "utf8")));
        return;
    }
    try {
        process.exitCode = (await body(args)) ?? 0;
    } catch (fault) {
        if (!(fault instanceof Failure)) throw fault;
        console.error(`\n${fault.message}`);
        process.exitCode = 1;
    }
}

/**
 * Runs a program to its end and returns its exit code (128 + the signal's number, if a signal ended it).
 * Its output goes to ours, or line by line to `onLine`.
 */
export function run(program, args, { cwd = root, env = process.env, onLine } = {}) {
    return new Promise((resolve, reject) => {
        const stdio = onLine ? ["ignore", "pipe", "pipe"] : "inherit";
        const child = spawn(program, args, { cwd, env, stdio });
        const pass = (signal) => child.kill(signal);
        // Ctrl-C reaches the child from the terminal already: we only must outlive it, to say how it ended.
        const stay = () => undefined;
        process.on("SIGTERM", pass).on("SIGINT", stay);
        if (onLine) for (const stream of [child.stdout, child.stderr]) lines(stream, onLine);
        child.on("error", (fault) => reject(new Failure(`Cannot run ${program}: ${fault.message}`)));
        child.on("close", (code, signal) => {
            process.off("SIGTERM", pass).off("SIGINT", stay);
            resolve(code ?? 128 + constants.signals[signal]);
        });
    });
}

/** Runs a program and returns what it printed on stdout; undefined if it failed or is not there. */
export async function capture(program, args, options) {
    return (await attempt(program, args, options)).text;
}

/** As `capture` does: `text` is what the program printed; where it failed there is none, and `why` is its reason in a line. */
export function attempt(program, args, { cwd = root, env = process.env, timeout = 20_000 } = {}) {
    return new Promise((resolve) => {
        const child = spawn(program, args, { cwd, env, timeout, stdio: ["ignore", "pipe", "pipe"] });
        let [text, said] = ["", ""];
        child.stdout.setEncoding("utf8").on("data", (part) => (text += part));
        child.stderr.setEncoding("utf8").on("data", (part) => (said += part));
        child.on("error", (fault) => resolve({ why: fault.message }));
        child.on("close", (code, signal) => {
            // Only our own timeout ends it with this signal, or whoever ends us too.
            const ended = signal ? `it was not done within ${timeout / 1000} s` : `it ended with exit code ${code}`;
            resolve(code === 0 ? { text } : { why: reasonIn(said) ?? ended });
        });
    });
}

/** The last error that a program told, as Pulumi and git begin such a line; else its last line. */
function reasonIn(said) {
    const lines = said.split("\n").map((line) => line.trim());
    const found = lines.findLast((line) => /^error: ./.test(line)) ?? lines.findLast((line) => line !== "");
    return found?.replace(/^error: /, "");
}

/** Says what goes on in step `name`, which takes long: at once, then its last line now and then, and its time at the end. */
export function step(name, text) {
    const started = Date.now();
    const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
    const label = `  ${name.padEnd(10)}`;
    const terminal = process.stderr.isTTY;
    let latest = "";
    const show = () =>
        latest &&
        process.stderr.write(
            terminal ? `\r\x1b[K${label}${latest} (${seconds()})` : `${label}${latest} (${seconds()})\n`,
        );
    process.stderr.write(`${label}${text}\n`);
    const timer = setInterval(show, terminal ? 500 : 20_000);
    const end = (word) => {
        clearInterval(timer);
        process.stderr.write(`${terminal ? "\r\x1b[K" : ""}${label}${word} (${seconds()})\n`);
    };
    return {
        note: (line) => (latest = line.slice(0, 100)),
        done: () => end("done"),
        failed: (word = "failed") => end(word),
    };
}

/** The comment at the top of a file, without its marks. */
function headOf(source) {
    const [, comment = ""] = source.match(/\/\*\*(.*?)\*\//s) ?? [];
    return comment
        .split("\n")
        .map((line) => line.replace(/^ \* ?/, ""))
        .join("\n")
        .trim();
}

function lines(stream, onLine) {
    let rest = "";
    stream.setEncoding("utf8").on("data", (part) => {
        const all = (rest + part).split("\n");
        rest = all.pop();
        all.forEach(onLine);
    });
    stream.on("end", () => rest && onLine(rest));
}
