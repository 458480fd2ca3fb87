import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The path of Node `major`: fetched once from npm, and kept for all clones of this user. It is the package of this
 * machine alone: that of all machines needs an install script, which npm does not run unasked.
 */
export async function nodeOf(major: number): Promise<string> {
    const script = join(dirname(dirname(__dirname)), "scripts", "lib", "cli.mjs");
    const { cacheFolder } = (await import(script)) as { cacheFolder(): string };
    const place = join(cacheFolder(), `node-${major}`);
    const name = `node-${process.platform}-${process.arch}`;
    const node = join(place, "node_modules", name, "bin", "node");
    if (!existsSync(node)) {
        const temp = mkdtempSync(`${place}.`);
        execFileSync("npm", ["install", "--silent", "--no-audit", "--no-fund", "--prefix", temp, `${name}@${major}`]);
        rmSync(place, { recursive: true, force: true });
        renameSync(temp, place);
    }
    return node;
}
