// Starts loads, each in a process of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { commandOf } from "../../agent/core/command";
import { type Report } from "./report";

export interface Load {
    /** Ends it, and says what came of it; again says the same. */
    end(): Promise<Report>;
}

/** How many requests a second are offered, that so many are answered: what is slow, or slow to begin, is made good for. */
export const offered = (perSecond: number): number => perSecond * 1.04;

/**
 * Starts a load on `url`, in a process of its own with `env` besides: resolves with its first answer.
 *
 * @param patience - Milliseconds in which each answer must be there, whole.
 */
export async function startLoad(
    url: string,
    perSecond: number,
    env: NodeJS.ProcessEnv = {},
    patience = 60_000,
): Promise<Load> {
    const [node, ...words] = commandOf(path.join(__dirname, "load"));
    const child = spawn(node, [...words, url, String(perSecond), String(patience)], {
        stdio: ["pipe", "pipe", "inherit"],
        env: { ...process.env, ...env },
    });
    const lines: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (part: string) => lines.push(part));
    await once(child.stdout, "data");
    let ended: Promise<Report> | undefined;
    const end = async (): Promise<Report> => {
        const closed = once(child, "close");
        child.stdin.write("end\n");
        await closed;
        return JSON.parse(lines.join("").split("\n")[1]) as Report;
    };
    return { end: () => (ended ??= end()) };
}

/** For people: what failed, and how often. */
export function failuresOf({ failures }: Report): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const failure of failures) {
        const kind = failure.replace(/ after \d+ ms/, "");
        counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
}
