/** Brings the project's own parts up to date: its packages, what is compiled, and the package that the guestbook installs. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { Failure, capture, root, run, step } from "./io.mjs";

const sources = ["agent", "components", "operator", "plugin", "providers", "runtime"];
const settings = ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"];
const documents = ["README.md", "DESIGN.md", "CONTRIBUTING.md", "CHANGELOG.md"];
const vendored = join(root, "examples", "guestbook", "vendor", "pulumi-mvi.tgz");

/** Does everything that a fresh clone lacks; says nothing where nothing is to do. */
export async function setUp() {
    await install();
    await build();
    await vendor();
}

/** `npm ci`, unless what is installed is what the lock file says. */
export async function install() {
    if (await installed()) return;
    const shown = step("packages", "npm ci");
    const code = await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    if (code !== 0) {
        shown.failed();
        throw new Failure("`npm ci` failed: its message stands above. Mend that, and run this command again.");
    }
    shown.done();
}

/** Compiles what users import into dist/, unless nothing has changed. */
export async function build() {
    const stamp = join(root, "dist", ".built");
    const { text: now, names } = await stateOfSources();
    const before = await readFile(stamp, "utf8").catch(() => "");
    if (before === now) return;
    const shown = step("build", "tsc");
    // What was compiled from a file that is gone would be published with the rest.
    if (before.split("\n").some((line) => line && !names.has(line.split(" ")[0])))
        await rm(join(root, "dist"), { recursive: true, force: true });
    const code = await run(process.execPath, [
        join(root, "node_modules", "typescript", "bin", "tsc"),
        "-p",
        "tsconfig.build.json",
    ]);
    if (code !== 0) {
        shown.failed();
        throw new Failure("The compiler found faults: they stand above.");
    }
    for (const name of names)
        if (![".ts", ".json"].includes(extname(name)) && name.includes("/")) await copyAsset(name);
    await writeFile(stamp, now);
    shown.done();
}

/** Packs this package for the guestbook, as npm would publish it, unless what would be in it is the same. */
export async function vendor() {
    const stamp = join(dirname(vendored), ".packed");
    const hash = createHash("sha256");
    const names = (await Promise.all(["dist", "docs"].map(list))).flat().sort();
    for (const name of ["package.json", "LICENSE", ...documents, ...names]) {
        const content = await readFile(join(root, name)).catch(() => undefined);
        if (content && !name.endsWith(".tsbuildinfo") && !name.endsWith(".built"))
            hash.update(`${name}\0${content.length}\0`).update(content);
    }
    const now = hash.digest("hex");
    if (existsSync(vendored) && (await readFile(stamp, "utf8").catch(() => "")) === now) return;
    await mkdir(dirname(vendored), { recursive: true });
    const temp = await mkdtemp(join(dirname(vendored), ".pack-"));
    try {
        const made = await capture("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", temp], {
            timeout: 120_000,
        });
        if (made === undefined) throw new Failure("`npm pack` failed: run it by hand to see why.");
        await rename(join(temp, made.trim().split("\n").at(-1)), vendored);
        await writeFile(stamp, now);
    } finally {
        await rm(temp, { recursive: true, force: true });
    }
}

/** npm keeps a lock file of what it installed: it says the same as the project's, or something is to be installed. */
async function installed() {
    try {
        const [wanted, present] = await Promise.all(
            ["package-lock.json", join("node_modules", ".package-lock.json")].map(
                async (file) => JSON.parse(await readFile(join(root, file), "utf8")).packages,
            ),
        );
        return Object.entries(wanted).every(([path, { version, integrity, optional, link }]) => {
            const there = present[path];
            if (path === "" || link) return true;
            if (!there) return optional === true; // made for another machine
            return there.version === version && there.integrity === integrity;
        });
    } catch {
        return false; // no node_modules, or one that was not finished
    }
}

/** One line for each file that goes into dist/: its name, size and time. */
async function stateOfSources() {
    const names = [...settings];
    for (const folder of sources) names.push(...(await list(folder)));
    const lines = await Promise.all(
        names.sort().map(async (name) => {
            const { size, mtimeMs } = await stat(join(root, name));
            return `${name} ${size} ${mtimeMs}`;
        }),
    );
    return { text: lines.join("\n"), names: new Set(names) };
}

async function list(folder) {
    const found = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
    return found
        .filter((entry) => entry.isFile())
        .map((entry) =>
            join(entry.parentPath, entry.name)
                .slice(root.length + 1)
                .replaceAll("\\", "/"),
        );
}

/** Pages, styles and executables beside the code. */
async function copyAsset(name) {
    const target = join(root, "dist", name);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(root, name), target);
}
