import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "../../kind";
import { type Backup, type Generation, type Target } from "../backups";
import { copyTree, newFolder, own, syncDisk } from "../files";
import { Server, type Startable } from "../server";
import { type Program, type Site } from "../types";
import { renameRoles, setAdminPassword } from "./roles";
import { asAdmin, row } from "./session";
import { writeSettings } from "./settings";

/** How the server is run on settings for a recovery. */
interface Recoverer extends Pick<Startable, "stopSignal" | "pidFile"> {
    start(settings: string): Promise<Program>;
}

/**
 * Makes `site.data` as `source` was at `target`: copies the backup and replays the log. Nobody but the agent can
 * connect before it is done. Returns how far it came, for people.
 */
export async function recover(
    site: Site,
    source: Generation,
    backup: Backup,
    target: Target,
    engine: Recoverer,
): Promise<string> {
    try {
        await replay(site, source, backup, target, engine);
        return target instanceof Date ? target.toISOString() : target === "latest" ? "the end of its log" : backup.id;
    } catch (error) {
        if (!(
            target instanceof Date &&
            error instanceof Refusal &&
            error.message.includes("recovery target was reached")
        )) {
            throw error;
        }
        // Nothing was committed after that moment, so the end of the log is how it was then.
        await replay(site, source, backup, "latest", engine);
        return `${target.toISOString()} (the end of its log)`;
    }
}

async function replay(
    site: Site,
    source: Generation,
    backup: Backup,
    target: Target,
    engine: Recoverer,
): Promise<void> {
    await newFolder(site.data, site.account);
    await copyTree(join(backup.folder, "data"), site.data, { account: site.account });
    const signal = join(site.data, "recovery.signal");
    writeFileSync(signal, "", { mode: 0o600 });
    own(signal, site.account);
    // The archive is the server's account's own, in this stack: it reads it where it is.
    const recovery = { archive: join(source.folder, "wal"), target };
    const was = { ...site, credentials: { ...site.credentials, admin: site.host.vault.open(source.admin) } };
    const server = await Server.start(
        was,
        {
            ...engine,
            program: () => engine.start(writeSettings(site, "recovery.conf", recovery)),
            ready: async () => {
                const { recovering } = await asAdmin(was, (client) =>
                    row<{ recovering: boolean }>(client, "select pg_is_in_recovery() as recovering"),
                );
                if (recovering) {
                    throw new Error("it still recovers");
                }
            },
        },
        true,
    );
    try {
        await renameRoles(was, source.database);
        await setAdminPassword(was, site.credentials.admin);
    } finally {
        await server.stop();
    }
    await syncDisk(site.data);
}
