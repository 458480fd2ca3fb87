import { accessSync, constants, existsSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type Host, Refusal } from "../../kind";
import { reachable } from "../../process/account";
import { copyTree, newFolder } from "../files";
import { place, serverAccount } from "../place";
import { run } from "../run";
import { bundledFolder, bundledMajor, installed, majorIn, packageName, postgresInstall } from "./majors";
import { rename, rm } from "node:fs/promises";

/** Where `postgres` and `initdb` are, and of which version they are. */
export interface Binaries {
    readonly bin: string;
    readonly major: string;
}

/**
 * The binaries for `version`: those of the npm package, or else those installed on the machine.
 * @throws {@link Refusal} when that version is not here.
 */
export async function binaries(host: Host, who: string, version?: string): Promise<Binaries> {
    const bundled = bundledFolder();
    const major = bundled === undefined ? undefined : bundledMajor(bundled);
    if (bundled !== undefined && major !== undefined && (version === undefined || version === major)) {
        return { bin: join(await usable(host, bundled), "bin"), major };
    }
    for (const bin of installed(version)) {
        const said = majorIn((await run([join(bin, "postgres"), "--version"])).stdout);
        if (said !== undefined && (version === undefined || version === said) && Number(said) >= 15) {
            return { bin, major: said };
        }
    }
    if (version !== undefined && Number(version) < 15) {
        throw new Refusal(`${who}: version: PostgreSQL ${version} is not served: give 15 or a later one`);
    }
    throw new Refusal(
        version === undefined
            ? `${who}: PostgreSQL is not installed: run npm install --include=optional (for ${packageName})`
            : `${who}: version: PostgreSQL ${version} is not on this machine: leave version out for ` +
                  `${major ?? "the bundled one"}, or ${postgresInstall(version)}`,
    );
}

/**
 * npm packages hold no symbolic links, so theirs are made by a script at installation, which npm may not have run.
 * Made here, in the package, or in a copy where we may not write or the server's account may not read.
 */
export async function usable(host: Host, native: string): Promise<string> {
    const open = serverAccount === undefined || reachable(native);
    if (open && (linked(native) || (writable(join(native, "lib")) && link(native)))) {
        return native;
    }
    const { version } = JSON.parse(readFileSync(join(native, "..", "package.json"), "utf8")) as { version: string };
    const copy = join(place(host, "database"), `.postgres-${version}`);
    if (!existsSync(copy)) {
        const part = `${copy}.${process.pid}`;
        await newFolder(part);
        await copyTree(native, part, { skip: (path) => path.endsWith(".a") });
        link(part);
        await run(["chmod", "-R", "a+rX", part]);
        await rename(part, copy).catch(async (error: NodeJS.ErrnoException) => {
            // Another call was quicker.
            await rm(part, { recursive: true });
            if (!["ENOTEMPTY", "EEXIST"].includes(error.code ?? "")) {
                throw error;
            }
        });
    }
    return copy;
}

interface Link {
    readonly source: string;
    readonly target: string;
}

function links(native: string): Link[] {
    const path = join(native, "pg-symlinks.json");
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Link[]) : [];
}

/** Paths in the list begin with `native/`. */
function below(native: string, path: string): string {
    return join(native, relative("native", path));
}

function linked(native: string): boolean {
    return links(native).every(({ target }) => existsSync(below(native, target)));
}

function link(native: string): boolean {
    for (const { source, target } of links(native)) {
        try {
            symlinkSync(relative(dirname(target), source), below(native, target));
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
                throw error;
            }
        }
    }
    return linked(native);
}

function writable(path: string): boolean {
    try {
        accessSync(path, constants.W_OK);
        return true;
    } catch {
        // A read-only installation is fine: a copy is made.
        return false;
    }
}
