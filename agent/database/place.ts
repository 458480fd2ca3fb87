import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type Host, Refusal } from "../kind";
import { type Account } from "../process/account";
import { reachable } from "./files";

/**
 * Whom database servers run as when the agent is root: PostgreSQL does not run as root, and none of them should.
 * It is not `nobody`, because workloads run as nobody, and must not read the files of a database. The number is in
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

/**
 * The folder `name` of the agent, which database servers can reach into. As root it is opened for passing through
 * (0711); when a folder above is closed to others and not the agent's, such as /root, it is one below /var/lib,
 * and `host.folder(name)/elsewhere` shows the way.
 */
export function place(host: Host, name: string, elsewhere = "/var/lib/pulumi-mvi"): string {
    const folder = resolve(host.folder(name));
    if (serverAccount === undefined) {
        return folder;
    }
    const agent = dirname(folder);
    if (reachable(dirname(agent))) {
        [agent, folder].forEach((each) => chmodSync(each, 0o711));
        return folder;
    }
    const other = join(elsewhere, createHash("sha256").update(agent).digest("hex").slice(0, 16), basename(folder));
    mkdirSync(other, { recursive: true, mode: 0o711 });
    // Others of the agent may have made them before, as narrow as its umask.
    [elsewhere, dirname(other), other].forEach((each) => chmodSync(each, 0o711));
    const link = join(folder, "elsewhere");
    if (lstatSync(link, { throwIfNoEntry: false }) === undefined) {
        symlinkSync(other, link);
    }
    return other;
}

/** Removes what is shared by databases, and the way elsewhere, when there are no more of them. */
export function tidy(host: Host): void {
    for (const name of ["database", "backups"]) {
        const folder = place(host, name);
        if (readdirSync(folder).every((entry) => entry.startsWith(".") || entry === "elsewhere")) {
            readdirSync(folder)
                .filter((entry) => entry.startsWith("."))
                .forEach((entry) => rmSync(join(folder, entry), { recursive: true, force: true }));
            if (folder !== resolve(host.folder(name))) {
                rmSync(folder, { recursive: true, force: true });
                rmSync(join(host.folder(name), "elsewhere"), { force: true });
                if (readdirSync(dirname(folder)).length === 0) {
                    rmSync(dirname(folder), { recursive: true, force: true });
                }
            }
        }
    }
}

/** Removes what is kept outside of the agent's folder, for when the agent removes that: the stack is no more. */
export function removeElsewhere(host: Host): void {
    for (const name of ["database", "backups"]) {
        const folder = place(host, name);
        if (folder !== resolve(host.folder(name))) {
            rmSync(dirname(folder), { recursive: true, force: true });
        }
    }
}
