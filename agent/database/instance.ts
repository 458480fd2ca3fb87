import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { readOrRefuse } from "../core/files";
import { type Call, Gone, type Host, Refusal } from "../kind";
import { generations, keepGeneration, newGeneration, type Generation } from "./backups";
import { keptCredentials } from "./credentials";
import { newFolder, syncFolder, writeDurably } from "./files";
import { place, serverAccount } from "./place";
import { findBackup } from "./find";
import { type DatabaseInputs, type Engine, type Site } from "./types";

/** The folder of database `id`. */
export function folderOf(host: Host, id: string): string {
    return join(place(host, "database"), id);
}

/** The generation whose data is in the folder of `id`: undefined when it was never made whole, or is removed. */
export function generationOf(host: Host, id: string): Generation | undefined {
    const all = generations(host, id);
    const newest = all.findLast(({ removedAt }) => removedAt === undefined)?.id;
    const or = newest === undefined ? "" : `, or write {"generation":"${newest}"} into it, which is the newest`;
    const kept = readOrRefuse(
        join(folderOf(host, id), "instance.json"),
        (text) => JSON.parse(text) as { generation: string },
        `put its backup there${or}`,
    );
    return kept && all.find((each) => each.id === kept.generation);
}

/** Whether the data of `id` is on disk. */
export function hasData(host: Host, id: string): boolean {
    return generationOf(host, id) !== undefined && existsSync(join(folderOf(host, id), "data"));
}

/** The site of a database that was made before. */
export function existingSite(host: Host, id: string, inputs: DatabaseInputs, port: number): Site {
    const generation = generationOf(host, id);
    const folder = folderOf(host, id);
    if (generation === undefined || !existsSync(join(folder, "data"))) {
        throw new Gone(
            `Database ${id}: its data is gone from ${folder}. Run pulumi refresh, which forgets it, then give ` +
                `restore: { from: "${id}" } to make it anew from its backups`,
        );
    }
    const credentials = keptCredentials(host, folder);
    const data = join(folder, "data");
    return { id, host, folder, data, generation, port, account: serverAccount, inputs, credentials, full: false };
}

/**
 * Makes the data of a new database: empty, or from a backup. It counts once all of it is there; what an earlier attempt
 * left half made is removed.
 */
export async function newSite(
    host: Host,
    id: string,
    inputs: DatabaseInputs,
    port: number,
    engine: Engine,
    call: Pick<Call<DatabaseInputs>, "progress">,
): Promise<Site> {
    const major = await engine.major({ id, inputs });
    const source = inputs.restore && findBackup(host, `Database ${id}`, inputs.restore);
    if (source !== undefined && (source.generation.engine !== inputs.engine || source.generation.major !== major)) {
        throw new Refusal(
            `Database ${id}: restore.from: "${inputs.restore?.from}" is ${source.generation.engine} ` +
                `${source.generation.major}, and this is ${inputs.engine} ${major}: set engine and version to the same`,
        );
    }
    const folder = folderOf(host, id);
    await newFolder(folder, serverAccount);
    const credentials = keptCredentials(host, folder);
    // Those before ended without a removal: their data was lost.
    generations(host, id)
        .filter(({ removedAt }) => removedAt === undefined)
        .forEach((each) => keepGeneration({ ...each, removedAt: Date.now() }));
    const generation = newGeneration(host, id, {
        engine: inputs.engine,
        major,
        database: inputs.name.replaceAll("-", "_"),
        admin: host.vault.seal(credentials.admin),
        pointInTime: inputs.backup.pointInTime,
        retentionDays: inputs.backup.retentionDays,
    });
    const fresh = join(folder, "data.new");
    const data = join(folder, "data");
    const site = { id, host, folder, data, generation, port, account: serverAccount, inputs, credentials, full: false };
    try {
        await engine.validate(site);
        if (source === undefined) {
            await engine.init({ ...site, data: fresh });
        } else {
            const end = await engine.restore({ ...site, data: fresh }, source.generation, source.backup, source.target);
            call.progress(`Database ${id}: restored from "${inputs.restore?.from}" as of ${end}`);
        }
        await rename(fresh, data);
        syncFolder(folder);
        writeDurably(join(folder, "instance.json"), JSON.stringify({ generation: generation.id }));
        return site;
    } catch (error) {
        await rm(folder, { recursive: true, force: true });
        await rm(generation.folder, { recursive: true, force: true });
        throw error;
    }
}
