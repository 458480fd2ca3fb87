import { existsSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "../kind";

/** The first of `programs` that is on this machine, whole path. @throws {@link Refusal} with the command to install one. */
export function installed(who: string, programs: readonly string[], packages: { apt: string; brew: string }): string {
    const found = findProgram(programs);
    if (found === undefined) {
        throw new Refusal(
            `${who}: engine: there is no ${programs.join(" or ")} on this machine: install it with ` +
                (process.platform === "darwin" ? `brew install ${packages.brew}` : `apt-get install ${packages.apt}`),
        );
    }
    return found;
}

/** The whole path of the first of `programs` that is on this machine: in PATH, and where systems keep servers. */
export function findProgram(programs: readonly string[]): string | undefined {
    const folders = [
        ...(process.env["PATH"] ?? "").split(":").filter((folder) => folder.startsWith("/")),
        ...["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"],
    ];
    return programs.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}
