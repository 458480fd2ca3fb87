import { spawn } from "node:child_process";
import { openSync, closeSync } from "node:fs";
import { type Account } from "../process/account";

/** Ran is how a short-lived program ended. */
export interface Ran {
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
}

export interface RunOptions {
    readonly account?: Account;
    readonly env?: Readonly<Record<string, string>>;
    /** Goes to its standard input. */
    readonly input?: string;
    /** A file that goes to its standard input. */
    readonly inputFile?: string;
    /** A file that takes its standard output, made new. */
    readonly outputFile?: string;
    readonly cwd?: string;
}

/** Runs a program to its end. Its environment is PATH and `env` only. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const input = options.inputFile === undefined ? undefined : openSync(options.inputFile, "r");
    const output = options.outputFile === undefined ? undefined : openSync(options.outputFile, "w", 0o600);
    try {
        return await new Promise((resolve, reject) => {
            const child = spawn(command[0] ?? "", command.slice(1), {
                cwd: options.cwd ?? "/",
                env: { PATH: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/bin", ...options.env },
                stdio: [input ?? "pipe", output ?? "pipe", "pipe"],
                ...(options.account ?? {}),
            });
            const text = { stdout: "", stderr: "" };
            for (const stream of ["stdout", "stderr"] as const) {
                child[stream]?.setEncoding("utf8").on("data", (chunk: string) => (text[stream] += chunk));
            }
            // It may end without reading all: its exit code tells.
            child.stdin?.on("error", () => undefined).end(options.input ?? "");
            child.once("error", reject);
            child.once("close", (code) => resolve({ code, ...text }));
        });
    } finally {
        [input, output].forEach((file) => file !== undefined && closeSync(file));
    }
}
