import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Backup, type Generation } from "../backups";
import { copyTree, syncDisk } from "../files";
import { type Site } from "../types";
import { asAdmin, row } from "./session";

/** What the server makes anew at each start, and what it must not find in a copy. */
const left =
    /^(postmaster\.(pid|opts)|current_logfiles|(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)\/.+|(.*\/)?(pgsql_tmp.*|pg_internal\.init.*))$/;

/**
 * Copies the running cluster: PostgreSQL's low-level way (the packages do not carry pg_basebackup). The log that was
 * written meanwhile belongs to it, and is in the archive when this resolves.
 */
export async function copyCluster(site: Site, into: string): Promise<Record<string, string>> {
    return asAdmin(site, async (client) => {
        await client.query("select pg_backup_start(label => 'mvi', fast => true)");
        await copyTree(site.data, join(into, "data"), { skip: (path) => left.test(path) });
        const stop = await row<{ label: string; last: string }>(
            client,
            `select labelfile as label, pg_walfile_name(lsn - 1) as last
            from (select * from pg_backup_stop(wait_for_archive => true)) as stop`,
        );
        writeFileSync(join(into, "data", "backup_label"), stop.label, { mode: 0o600 });
        await syncDisk(into);
        const first = /^START WAL LOCATION: .* \(file (\w+)\)$/m.exec(stop.label)?.[1];
        if (first === undefined) {
            throw new Error(`Database ${site.id}: the backup's label names no log: ${stop.label}`);
        }
        return { firstWal: first, lastWal: stop.last };
    });
}

/** Removes the parts of the log that no kept backup needs. */
export function pruneArchive(generation: Generation, kept: readonly Backup[]): void {
    const folder = join(generation.folder, "wal");
    const spans = kept.map(({ facts }) => ({ first: position(facts["firstWal"]), last: position(facts["lastWal"]) }));
    const first = spans[0]?.first;
    // While it lives, the first backup may be on its way: what it needs is not known yet.
    if (first === undefined && generation.removedAt === undefined) {
        return;
    }
    for (const name of readdirSync(folder).filter((each) => /^[0-9A-F]{24}/.test(each))) {
        const at = position(name);
        const needed = generation.pointInTime
            ? first !== undefined && at >= first
            : spans.some((span) => at >= span.first && at <= span.last) || at > (spans.at(-1)?.last ?? "");
        if (!needed) {
            rmSync(join(folder, name), { force: true });
        }
    }
}

/** The name of a part of the log without its timeline, which says nothing about its age. */
function position(name = ""): string {
    return name.slice(8, 24);
}
