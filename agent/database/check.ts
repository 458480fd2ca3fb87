import { Refusal } from "../kind";
import { type Generation } from "./backups";
import { type DatabaseInputs } from "./types";

/** @throws {@link Refusal} for inputs that no engine takes. */
export function checkInputs(id: string, inputs: DatabaseInputs): void {
    const { name, storageGiB, backup, engine, restore } = inputs;
    const must = (good: boolean, what: string) => {
        if (!good) {
            throw new Refusal(`Database ${id}: ${what}`);
        }
    };
    must(
        /^[a-z][a-z0-9-]{0,39}$/.test(name),
        `name: "${name}" must be a-z, 0-9 and -, begin with a letter, and have at most 40`,
    );
    must(
        ["postgres", "mysql", "redis"].includes(engine),
        `engine: "${engine}" is not known: give "postgres", "mysql" or "redis"`,
    );
    must(storageGiB > 0, `storage: ${storageGiB} GiB must be above 0`);
    must(
        Number.isInteger(backup.retentionDays) && backup.retentionDays >= 0,
        `backups.retention: ${backup.retentionDays} must be a whole number of days, or 0 for no backups`,
    );
    must(
        /^([01]\d|2[0-3]):[0-5]\d$/.test(backup.window),
        `backups.window: "${backup.window}" must be a time of day in UTC, such as "03:00"`,
    );
    must(
        !backup.pointInTime || engine === "postgres",
        `backups.pointInTime: ${engine} on local restores whole backups only: set it to false`,
    );
    must(
        !backup.pointInTime || backup.retentionDays > 0,
        "backups.pointInTime: needs backups to begin from: set backups.retention to 1 or more",
    );
    must(
        restore === undefined || /^([a-z][a-z0-9-]{0,39}|([a-z][a-z0-9-]{0,39}\/)?\d{8}T\d{6}Z)$/.test(restore.from),
        `restore.from: "${restore?.from}" must be a database, or one of its backups, such as 20261121T031500Z`,
    );
}

/** @throws {@link Refusal} for changes that would lose data. */
export function checkUpdate(
    id: string,
    inputs: DatabaseInputs,
    previous: DatabaseInputs | undefined,
    there: Generation | undefined,
): void {
    if (there !== undefined && inputs.engine !== there.engine) {
        throw new Refusal(`Database ${id}: engine: it is ${there.engine}, and cannot become ${inputs.engine} in place`);
    }
    // Of the others there is one version on a machine, and its files are looked at when it starts.
    const chosen = inputs.engine === "postgres" ? inputs.version : undefined;
    if (there !== undefined && chosen !== undefined && chosen !== there.major) {
        throw new Refusal(
            `Database ${id}: version: it is ${there.engine} ${there.major}, and its files cannot be read by ` +
                `${inputs.version}: nothing was changed. Set version back to "${there.major}", make a second database ` +
                `with version "${inputs.version}", and copy with ${there.engine}'s own dump and restore`,
        );
    }
    const restore = inputs.restore;
    const same = restore?.from === previous?.restore?.from && restore?.time === previous?.restore?.time;
    if (previous !== undefined && restore !== undefined && !same) {
        throw new Refusal(
            `Database ${id}: restore: "${restore.from}" is for a new database, and this one is there, with its data: ` +
                "make a second database with this restore, or remove this one first",
        );
    }
}
