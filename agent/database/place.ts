import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Host, Refusal } from "../kind";
import { type Account, workloadFolder } from "../process/account";

/**
 * Whom database servers run as when the agent is root: PostgreSQL does not run as root, and none of them should.
 * It is not `nobody`, because builds run as nobody, and must not read the files of a database. The number is in
 * the range that systemd's table of user ids leaves unused; it needs no entry in /etc/passwd.
 */
export const serverAccount: Account | undefined = process.getuid?.() === 0 ? { uid: 60_600, gid: 60_600 } : undefined;

/** The account of that name on this machine. */
export function named(name: string): Account {
    const line = readFileSync("/etc/passwd", "utf8")
        .split("\n")
        .find((each) => each.startsWith(`${name}:`));
    const [, , uid, gid] = line?.split(":") ?? [];
    if (uid === undefined || gid === undefined) {
        throw new Refusal(`Databases: this machine has no account "${name}", which root needs to make one: add it`);
    }
    return { uid: Number(uid), gid: Number(gid) };
}

/** The folder `name` of the agent, which database servers can reach into. */
export function place(host: Host, name: string): string {
    return workloadFolder(host, name);
}

/** Removes what is shared by databases, such as a copy of the programs, when there are no more of them. */
export function tidy(host: Host): void {
    for (const name of ["database", "backups"]) {
        const folder = place(host, name);
        const entries = readdirSync(folder);
        if (entries.every((entry) => entry.startsWith("."))) {
            entries.forEach((entry) => rmSync(join(folder, entry), { recursive: true, force: true }));
        }
    }
}
