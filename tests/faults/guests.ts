// Guests of the guestbook who remember what was acknowledged to them, and look whether it is there.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { commandOf } from "../../agent/core/command";
import { type Line, type Stamp } from "./writer";

type Kind = "entry" | "file" | "visit";

export interface Guests {
    readonly acknowledged: { readonly entries: number; readonly files: number; readonly visits: number };
    /** Writes that were not acknowledged. */
    readonly failed: readonly string[];
    /**
     * When, after the time `since`, each kind of write had been acknowledged again that was begun after it: milliseconds since
     * 1970, or undefined while a kind lacks.
     */
    wroteAll(since: number): number | undefined;
    /** What was acknowledged and is not there. */
    missing(): Promise<string[]>;
    end(): Promise<void>;
}

/** @param pause - of each guest after each write, in milliseconds */
export function startGuests(url: string, pause = 50): Guests {
    const entries = new Map<string, string>();
    const files = new Map<string, string>();
    const visits: number[] = [];
    const failed: string[] = [];
    const stamps: Record<Kind, Stamp[]> = { entry: [], file: [], visit: [] };
    const [node, ...words] = commandOf(path.join(__dirname, "writer"));
    const child = spawn(node, [...words, url, String(pause)], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: child.stdout }).on("line", (text) => {
        const line = JSON.parse(text) as Line;
        if ("failed" in line) return void failed.push(line.failed);
        if ("entry" in line) entries.set(line.entry, line.message);
        else if ("file" in line) files.set(line.file, line.digest);
        else visits.push(line.visit);
        stamps["entry" in line ? "entry" : "file" in line ? "file" : "visit"].push(line);
    });
    return {
        get acknowledged() {
            return { entries: entries.size, files: files.size, visits: visits.length };
        },
        failed,
        wroteAll(since) {
            const first = Object.values(stamps).map((all) =>
                Math.min(...all.filter(({ begun }) => begun > since).map(({ at }) => at)),
            );
            const all = Math.max(...first);
            return Number.isFinite(all) ? all : undefined;
        },
        async missing() {
            const claimed = { entries: new Map(entries), files: new Map(files), visits: [...visits] };
            const missing: string[] = [];
            const there = await allEntries(url);
            for (const [id, message] of claimed.entries) {
                if (there.get(id)?.message !== message) missing.push(`entry ${id}`);
            }
            const ofFiles = [...claimed.files];
            const look = async (): Promise<void> => {
                for (let next = ofFiles.pop(); next !== undefined; next = ofFiles.pop()) {
                    const [id, digest] = next;
                    const response = await fetch(`${url}/pictures/${there.get(id)?.picture}`);
                    const got = createHash("sha256").update(Buffer.from(await response.arrayBuffer()));
                    if (got.digest("hex") !== digest) missing.push(`file of entry ${id}: ${response.status}`);
                }
            };
            await Promise.all([1, 2, 3, 4].map(look));
            // each visit has a number of its own, and the counter never goes back
            const sorted = claimed.visits.sort((a, b) => a - b);
            const twice = sorted.filter((visit, index) => visit === sorted[index - 1]);
            missing.push(...twice.map((visit) => `visit ${visit} was counted twice`));
            const page = await (await fetch(url)).text();
            const now = Number(/Visits: <strong>([\d,]+)</.exec(page)?.[1].replaceAll(",", ""));
            if (!(now > (sorted.at(-1) ?? 0))) missing.push(`the counter is at ${now}`);
            return missing;
        },
        async end() {
            const closed = once(child, "close");
            child.stdin.end();
            await closed;
        },
    };
}

interface Entry {
    readonly id: string;
    readonly message: string;
    readonly picture: string | null;
}

async function allEntries(url: string): Promise<Map<string, Entry>> {
    const all = new Map<string, Entry>();
    for (let before = ""; ;) {
        const response = await fetch(`${url}/api/entries?limit=100${before}`);
        const { entries } = (await response.json()) as { entries: Entry[] };
        entries.forEach((entry) => all.set(entry.id, entry));
        if (entries.length < 100) return all;
        before = `&before=${entries.at(-1)?.id}`;
    }
}
