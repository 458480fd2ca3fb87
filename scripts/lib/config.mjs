/**
 * Keeps `stacks/Pulumi.<stack>.yaml` what is committed, when the state is in the project.
 *
 * Pulumi writes into the file of a stack: a salt, and secrets encrypted by it, which this clone alone can read. So it gets
 * a copy to write into, in a project folder of its own, `.pulumi/project`, which leads to the same program. Before each
 * command the copy is made of the committed file and of what is private; after it, what else has changed goes back.
 * Files are only ever replaced whole: a kill at any point leaves the committed one as it was, or as it is to be.
 */
import { mkdir, readFile, readdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Brings the project folder below `.pulumi/` of `root` up to date.
 *
 * @returns the folder, for `pulumi -C`, and `keep`, to be called when the command has ended
 */
export async function openProject(root) {
    const yaml = await import("yaml"); // not above: it may be that `npm ci` has just brought it
    const folder = join(root, ".pulumi", "project");
    const project = yaml.parseDocument(await readFile(join(root, "Pulumi.yaml"), "utf8"));
    const shared = join(root, project.get("stackConfigDir"));
    const program = project.get("main").split("/")[0];
    project.delete("stackConfigDir");

    await mkdir(folder, { recursive: true, mode: 0o700 });
    await replace(join(folder, "Pulumi.yaml"), project.toString());
    await link(join(folder, program), join("..", "..", program));

    const given = new Map();
    for (const name of new Set([...(await stackFiles(shared)), ...(await stackFiles(folder))])) {
        const text = withPrivate(yaml, await read(join(shared, name)), await read(join(folder, name)));
        await replace(join(folder, name), text);
        given.set(name, text);
    }
    const keep = async () => {
        for (const name of await stackFiles(folder)) {
            const file = join(shared, name);
            const text = changed(yaml, await read(file), given.get(name) ?? "", await read(join(folder, name)));
            if (text !== undefined) await replace(file, text);
        }
    };
    return { folder, keep };
}

/** What Pulumi keeps of its secrets manager in the file of a stack. */
const managers = ["secretsprovider", "encryptedkey", "encryptionsalt"];

/** The committed text, with the secrets of this clone. A text that has a manager is its user's choice: it stays as it is. */
function withPrivate(yaml, committed, own) {
    const doc = yaml.parseDocument(committed);
    if (hasManager(doc)) return committed;
    const { config, ...rest } = yaml.parse(own) ?? {};
    for (const key of managers) if (key in rest) doc.set(key, rest[key]);
    for (const [key, value] of Object.entries(config ?? {})) {
        if (isSecret(value) && !doc.hasIn(["config", key])) doc.setIn(["config", key], value);
    }
    return print(doc);
}

/** The committed text after a command that made `after` of `before`; undefined when it stays. */
function changed(yaml, committed, before, after) {
    const doc = yaml.parseDocument(committed);
    if (hasManager(doc)) return before === after ? undefined : after;
    const [old, now] = [before, after].map((text) => publicPart(yaml.parse(text) ?? {}));
    const paths = new Map([...old, ...now].map(([path]) => [path.join("\0"), path]));
    const differ = [...paths.values()].filter(
        (path) => JSON.stringify(find(old, path)) !== JSON.stringify(find(now, path)),
    );
    for (const path of differ) {
        const value = find(now, path);
        if (value === undefined) doc.deleteIn(path);
        else doc.setIn(path, value);
    }
    return differ.length > 0 ? print(doc) : undefined;
}

/** Everything that may be committed, with its path: a configuration value that has a secret in it is private as a whole. */
function publicPart({ config, ...rest }) {
    return [
        ...Object.entries(rest).flatMap(([key, value]) => (managers.includes(key) ? [] : [[[key], value]])),
        ...Object.entries(config ?? {}).flatMap(([key, value]) => (isSecret(value) ? [] : [[["config", key], value]])),
    ];
}

const find = (entries, path) => entries.find(([other]) => other.join("\0") === path.join("\0"))?.[1];

const hasManager = (doc) => managers.some((key) => doc.has(key));

function isSecret(value) {
    if (value === null || typeof value !== "object") return false;
    if (Object.keys(value).join() === "secure" && typeof value.secure === "string") return true;
    return Object.values(value).some(isSecret);
}

const print = (doc) => (doc.contents === null ? "" : doc.toString({ lineWidth: 0 }));

async function stackFiles(folder) {
    return (await readdir(folder)).filter((name) => /^Pulumi\..+\.yaml$/.test(name));
}

async function read(file) {
    try {
        return await readFile(file, "utf8");
    } catch (fault) {
        if (fault.code !== "ENOENT") throw fault;
        return "";
    }
}

async function replace(file, text) {
    if ((await read(file)) === text) return;
    const temp = `${file}.${process.pid}`;
    await writeFile(temp, text);
    await rename(temp, file);
}

async function link(file, target) {
    if ((await readlink(file).catch(() => undefined)) === target) return;
    await rm(file, { recursive: true, force: true });
    await symlink(target, file, "junction");
}
