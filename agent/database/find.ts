/** Which backup `restore` means. */

import { type Host, Refusal } from "../kind";
import { type Backup, backupsOf, databasesWithBackups, type Generation, generations, type Target } from "./backups";

export interface Found {
    readonly generation: Generation;
    readonly backup: Backup;
    readonly target: Target;
}

/**
 * Finds what `restore: { from, time }` asks for: `from` is a database, or one backup of any of them, as `<backup's id>` or
 * `<database>/<backup's id>`. @throws {@link Refusal} when it cannot be had.
 */
export function findBackup(host: Host, who: string, restore: { from: string; time?: string }): Found {
    const { from, time = "latest" } = restore;
    const all = kept(host, from);
    const newest = all.at(-1);
    if (newest === undefined) {
        return oneBackup(host, who, restore);
    }
    if (time === "latest") {
        return { ...newest, target: newest.generation.pointInTime ? "latest" : "backup" };
    }
    const moment = new Date(time);
    const ids = all.map(({ backup }) => backup.id).join(", ");
    if (Number.isNaN(moment.getTime())) {
        throw new Refusal(
            `${who}: restore.time: "${time}" is no moment such as 2026-01-31T12:00:00Z: give one, or leave it out ` +
                `and give one of the backups ${ids} as restore.from`,
        );
    }
    if (moment.getTime() > Date.now()) {
        throw new Refusal(`${who}: restore.time: ${moment.toISOString()} has not come yet: give a moment in the past`);
    }
    const before = all.findLast(({ backup }) => backup.finishedAt <= moment.getTime());
    if (before === undefined) {
        const first = new Date(all[0]?.backup.finishedAt ?? 0).toISOString();
        throw new Refusal(
            `${who}: restore.time: ${moment.toISOString()} is before the oldest backup of ${from}, ` +
                `which was finished at ${first}: give that moment or a later one`,
        );
    }
    if (!before.generation.pointInTime) {
        throw new Refusal(
            `${who}: restore.time: "${from}" was kept without backups.pointInTime, so only its backups can be ` +
                `restored: leave restore.time out, and give one of ${ids} as restore.from`,
        );
    }
    return { ...before, target: moment };
}

function oneBackup(host: Host, who: string, { from, time }: { from: string; time?: string }): Found {
    const [id, only] = from.split("/").reverse();
    const databases = databasesWithBackups(host);
    const named = databases
        .filter((database) => only === undefined || database === only)
        .map((database) => ({ database, found: kept(host, database).findLast(({ backup }) => backup.id === id) }))
        .filter((each) => each.found !== undefined);
    if (named.length > 1) {
        const names = named.map(({ database }) => `"${database}/${id}"`).join(" or ");
        throw new Refusal(`${who}: restore.from: "${from}" is a backup of several databases: give ${names}`);
    }
    const found = named[0]?.found;
    if (found === undefined) {
        const others = databases.length === 0 ? "there are none" : `there are some of ${databases.join(", ")}`;
        throw new Refusal(
            `${who}: restore.from: there is no backup of a database named "${from}" in this stack, nor one with that ` +
                `id; ${others}: \`listBackups id=<database>\`, asked of the agent, lists their ids`,
        );
    }
    if (time !== undefined && time !== "latest") {
        throw new Refusal(
            `${who}: restore.time: "${time}" does not go with one backup, "${from}": leave it out, or give the ` +
                `database as restore.from`,
        );
    }
    return { ...found, target: "backup" };
}

/** All that can be restored of a database, oldest first. */
function kept(host: Host, database: string): { generation: Generation; backup: Backup }[] {
    // What is no name of a database is no folder either.
    return databasesWithBackups(host).includes(database)
        ? generations(host, database).flatMap((generation) =>
              backupsOf(generation).map((backup) => ({ generation, backup })),
          )
        : [];
}
