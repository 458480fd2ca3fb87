import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execFileSync } from "node:child_process";
import { Refusal } from "../kind";
import { killMarked, signalProcess } from "../process/records";
import { supervise, type Supervised } from "../process/supervisor";
import { processRow } from "../process/table";
import { type Engine, type Site } from "./types";

/** The log that the servers of database `id` write to. */
export function databaseLog(id: string): string {
    return `database/${id}`;
}

/** Seconds that a server gets to end: it writes what is in memory first. SIGKILL loses nothing, but starts slower. */
const graceSeconds = 20;

/** What is needed of an engine to run its server. */
export type Startable = Pick<Engine, "program" | "ready" | "stopSignal" | "pidFile">;

/** Server is one running database server. */
export class Server {
    private constructor(
        readonly site: Site,
        readonly supervised: Supervised,
    ) {}

    /**
     * Starts the server of `site` and resolves when it serves; it is started again when it ends by itself.
     * @throws {@link Refusal} with its own last words when it ends instead.
     */
    static async start(site: Site, engine: Startable, once = false): Promise<Server> {
        const program = await engine.program(site);
        await endLeftover(site, engine);
        const supervised = await supervise(site.host, {
            id: processId(site),
            command: program.command,
            cwd: site.folder,
            env: { LC_ALL: "C", TZ: "UTC", ...program.env },
            account: site.account,
            log: databaseLog(site.inputs.name),
            source: `${site.id}/1`,
            restart: once ? "never" : "always",
            stopSignal: engine.stopSignal,
            stopGraceSeconds: graceSeconds,
            dimensions: { database: site.id },
            backoff: { firstMs: 200, mostMs: 5_000, resetMs: 10_000 },
            // Whoever has the number of a server that was killed is not one: it would be taken for one for ever.
            beforeStart: () => dropPidFile(site, engine),
        });
        const server = new Server(site, supervised);
        try {
            await server.#serves(engine);
            return server;
        } catch (error) {
            await supervised.stop();
            throw error;
        }
    }

    /** Ends it, so that the next start need not recover. */
    async stop(): Promise<void> {
        await this.supervised.stop();
    }

    get running(): boolean {
        return this.supervised.state === "running";
    }

    async #serves(engine: Pick<Engine, "ready">): Promise<void> {
        for (let wait = 20; ; wait = Math.min(250, wait * 1.3)) {
            try {
                await engine.ready(this.site);
                return;
            } catch (error) {
                if (error instanceof Refusal) {
                    throw error;
                }
                if (this.supervised.exits.length > 0) {
                    throw this.#refusal(error as Error);
                }
                // It reads its log after a crash: that takes as long as it takes, and it is no use to give up.
                await pause(wait);
            }
        }
    }

    #refusal(error: Error): Refusal {
        const words = this.supervised
            .tail(40)
            .filter((line) => /FATAL|PANIC|ERROR|HINT|DETAIL|invalid|unrecognized|#/.test(line));
        const said = (words.length > 0 ? words : this.supervised.tail(3)).slice(-4).join("; ");
        const end = this.supervised.exits.at(-1)?.reason;
        return new Refusal(
            `Database ${this.site.id}: the server ended (${end}) instead of serving: ${said || error.message}`,
        );
    }
}

/** Asks a server which an earlier agent left running on this folder to end, and ends what is left of it. */
export async function endLeftover(site: Site, engine: Startable): Promise<void> {
    const pid = pidOf(site, engine);
    if (pid !== undefined && signalProcess(pid, engine.stopSignal)) {
        site.host.report(`Database ${site.id}: ends the server ${pid} that an earlier agent left`);
        const deadline = Date.now() + graceSeconds * 1000;
        while (alive(pid)) {
            if (Date.now() > deadline) {
                signalProcess(pid, "SIGKILL");
            }
            await pause(20);
        }
    }
    // Children of a server that was killed: they hold its shared memory.
    while (killMarked(site.host.folder("processes"), processId(site), "SIGKILL") > 0) {
        await pause(20);
    }
}

function processId(site: Site): string {
    return `Database/${site.id}`;
}

function dropPidFile(site: Site, engine: Startable): void {
    if (pidOf(site, engine) === undefined) {
        rmSync(join(site.data, engine.pidFile), { force: true });
    }
}

/** The pid in the server's own file, if that process is one that was started on this data folder. */
function pidOf(site: Site, engine: Startable): number | undefined {
    const path = join(site.data, engine.pidFile);
    const pid = existsSync(path) ? Number.parseInt(readFileSync(path, "utf8"), 10) : NaN;
    return Number.isInteger(pid) && pid > 1 && alive(pid) && commandOf(pid).includes(site.folder) ? pid : undefined;
}

function alive(pid: number): boolean {
    const row = processRow(pid);
    return row !== undefined && !row.zombie;
}

function commandOf(pid: number): string {
    try {
        return process.platform === "linux"
            ? readFileSync(`/proc/${pid}/cmdline`, "utf8")
            : execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
    } catch {
        // It has ended since.
        return "";
    }
}
