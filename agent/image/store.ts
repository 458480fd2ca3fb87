import { execFile } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Host } from "../kind";
import { workloadFolder } from "../process/account";
import { type BuiltImage, type ImageConfig } from "./config";
import { walk } from "./context";
import { breather } from "./copy";
import { discard } from "../process/discard";
import { readOrPutAside, readOrRefuse, removeState, writeAtomic } from "../core/files";

/** How many images of one name are kept, for a way back. */
const kept = 5;

const holds = new WeakMap<Host, Map<string, number>>();

/** Says that something runs from this image: it is not swept until the returned function is called. */
export function holdImage(host: Host, directory: string): () => void {
    const counts = holds.get(host) ?? new Map<string, number>();
    holds.set(host, counts);
    counts.set(directory, (counts.get(directory) ?? 0) + 1);
    let held = true;
    return () => {
        counts.set(directory, (counts.get(directory) ?? 0) - (held ? 1 : 0));
        held = false;
    };
}

/** Store keeps images by their digest, each in a folder that is never written to again. */
export class Store {
    readonly #host: Host;
    readonly #folder: string;

    constructor(host: Host) {
        this.#host = host;
        this.#folder = workloadFolder(host, "images");
    }

    find(digest: string): BuiltImage | undefined {
        const directory = this.#directory(digest);
        const path = join(directory, "config.json");
        const todo = `remove ${directory}, and run \`pulumi up --refresh\`, which builds it anew`;
        const config = readOrRefuse(path, (text) => JSON.parse(text) as ImageConfig, todo);
        return config && { directory, config };
    }

    /** Keeps what `build` makes in the temporary folder it is given: `root/` is the image, the rest is thrown away. */
    async keep(digest: string, build: (folder: string) => Promise<ImageConfig>): Promise<BuiltImage> {
        const folder = mkdtempSync(join(this.#folder, ".new-"));
        chmodSync(folder, 0o711);
        try {
            const config = await build(folder);
            for (const name of readdirSync(folder).filter((each) => each !== "root")) {
                await discard(this.#host, join(folder, name));
            }
            writeAtomic(join(folder, "config.json"), JSON.stringify(config));
            await seal(folder);
            // One call for all files: a power cut after the rename must not leave an image with empty files.
            await promisify(execFile)("sync");
            renameSync(folder, this.#directory(digest));
            return { directory: this.#directory(digest), config };
        } catch (error) {
            await discard(this.#host, folder);
            throw error;
        }
    }

    /** Notes that `name` is now `digest`, and removes what no name needs and nothing runs from. */
    use(name: string, digest: string): void {
        const before = this.#history(name).filter((each) => each !== digest);
        writeAtomic(this.#historyPath(name), JSON.stringify([digest, ...before].slice(0, kept)));
        this.#sweep();
    }

    forget(name: string): void {
        removeState(this.#historyPath(name));
        this.#sweep();
    }

    #sweep(): void {
        const needed = new Set(
            this.#names().flatMap((name) => this.#history(name).map((digest) => this.#directory(digest))),
        );
        for (const name of readdirSync(this.#folder)) {
            const directory = join(this.#folder, name);
            const held = (holds.get(this.#host)?.get(directory) ?? 0) > 0;
            if (name.startsWith("sha256-") && !needed.has(directory) && !held) {
                void discard(this.#host, directory);
            }
        }
    }

    /** Removes what builds that were cut off have left: only when none is under way. */
    sweepUnfinished(): void {
        for (const name of readdirSync(this.#folder).filter((each) => each.startsWith(".new-"))) {
            void discard(this.#host, join(this.#folder, name));
        }
    }

    #directory(digest: string): string {
        return join(this.#folder, digest.replace(":", "-"));
    }

    #historyPath(name: string): string {
        const names = join(this.#folder, "names");
        mkdirSync(names, { recursive: true, mode: 0o700 });
        return join(names, `${name}.json`);
    }

    #names(): string[] {
        const names = join(this.#folder, "names");
        return existsSync(names) ? readdirSync(names).flatMap((each) => /^(.*)\.json$/.exec(each)?.[1] ?? []) : [];
    }

    #history(name: string): string[] {
        const path = this.#historyPath(name);
        const report = (line: string): void => this.#host.report(line);
        return readOrPutAside(path, (text) => JSON.parse(text) as string[], report) ?? [];
    }
}

/** Takes the right to write from all of it, and gives it to the agent's account. */
async function seal(folder: string): Promise<void> {
    const rest = breather();
    for (const entry of walk(folder).filter((each) => each.type !== "link")) {
        await rest();
        const path = join(folder, entry.path);
        if (process.getuid?.() === 0) {
            chownSync(path, 0, 0);
        }
        chmodSync(path, entry.type === "folder" || entry.executable ? 0o555 : 0o444);
    }
    chmodSync(folder, 0o755);
}
