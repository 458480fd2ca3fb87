import { spawn, type ChildProcess } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { type Dimensions, type Host, Refusal } from "../kind";
import { Lines } from "./lines";
import { Cgroup } from "./limits";
import { dropRecord, keepRecord, killMarked, mark, markName, reapLeftovers, signalProcess } from "./records";
import { type Exit, type ProcessSpec, type Restart, type SupervisedEvents } from "./spec";
import { groupOf } from "./table";
import { lastLines } from "./tail";
import { sampler, type Use } from "./usage";
import { whyNot } from "./why-not";

export { reapLeftovers };
export type { Exit, ProcessSpec, Restart, SupervisedEvents } from "./spec";

/** Starts `spec` and keeps it running. Resolves once it runs; a crash after that is answered by its policy. */
export async function supervise(host: Host, spec: ProcessSpec): Promise<Supervised> {
    const supervised = new Supervised(host, spec);
    await supervised.start();
    return supervised;
}

/** Supervised is one process with all its children: started, watched, started again, and ended as one. */
export class Supervised extends EventEmitter<SupervisedEvents> {
    readonly spec: ProcessSpec;
    /** May be changed at any time. */
    restart: Restart;
    /** The last 10 ends, oldest first. */
    readonly exits: Exit[] = [];
    /** How often it was started again. */
    restarts = 0;
    use: Use | undefined;
    readonly #host: Host;
    readonly #dir: string;
    readonly #tail: string[] = [];
    #state: "idle" | "running" | "waiting" | "stopped" = "idle";
    #child: ChildProcess | undefined;
    #cgroup: Cgroup | undefined;
    #env: Readonly<Record<string, string>> = {};
    #startedAt = 0;
    #delay = 0;
    #reason: string | undefined;
    #timer: NodeJS.Timeout | undefined;
    #stopping: Promise<void> | undefined;
    #cleaning: Promise<void> = Promise.resolve();
    #written: Promise<unknown> = Promise.resolve();

    constructor(host: Host, spec: ProcessSpec) {
        super();
        this.#host = host;
        this.#dir = host.folder("processes");
        this.spec = spec;
        this.restart = spec.restart ?? "always";
    }

    /** `waiting`: it ended, and is started again after a pause. `stopped`: it ended for good. */
    get state(): "idle" | "running" | "waiting" | "stopped" {
        return this.#state;
    }

    get pid(): number | undefined {
        return this.#state === "running" ? this.#child?.pid : undefined;
    }

    get dimensions(): Dimensions {
        return this.spec.dimensions ?? { source: this.spec.source };
    }

    /** MiB that the sampler is to watch: none where the kernel does. */
    get memory(): number | undefined {
        return this.#cgroup === undefined ? this.spec.memory : undefined;
    }

    /** Milliseconds since it was started last. */
    get upMs(): number {
        return this.#state === "running" ? performance.now() - this.#startedAt : 0;
    }

    /** The last lines that it wrote, over all its starts, with its stack traces cut short. */
    tail(count = 20): string[] {
        return lastLines(this.#tail, count);
    }

    /** @throws {@link Refusal} when the program cannot be run at all. */
    async start(): Promise<void> {
        await this.spec.beforeStart?.();
        if (this.#stopping !== undefined) {
            return;
        }
        const { command, cwd, account } = this.spec;
        const env = typeof this.spec.env === "function" ? this.spec.env() : this.spec.env;
        this.#env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...env, [markName]: mark(this.#dir, this.spec.id) };
        this.#cgroup = this.#limited();
        this.#reason = undefined;
        const child = spawn(command[0] ?? "", command.slice(1), {
            cwd,
            env: this.#env,
            // A session and group of its own, so that one signal reaches all its children.
            detached: true,
            stdio: ["ignore", "pipe", "pipe"],
            ...(account ?? {}),
        });
        this.#child = child;
        if (child.pid === undefined) {
            const [error] = (await once(child, "error")) as [NodeJS.ErrnoException];
            this.#state = "stopped";
            throw new Refusal(
                `${this.spec.id}: cannot run ${command[0]}: ${whyNot(error, this.spec.command[0] ?? "", cwd, this.#env["PATH"] ?? "")}`,
            );
        }
        child.on("error", (error) => this.#say(`could not be signalled: ${error.message}`));
        try {
            keepRecord(this.#dir, this.spec.id, child.pid);
        } catch (error) {
            // On a full disk: one without a record would outlive a kill -9 of the agent.
            this.#state = "stopped";
            signalProcess(-child.pid, "SIGKILL");
            throw error;
        }
        this.#state = "running";
        this.#startedAt = performance.now();
        this.#cgroup?.add(child.pid);
        this.#capture(child);
        child.once("exit", (code, signal) => this.#exited(child, code, signal));
        sampler(this.#host).add(this);
        this.emit("started", child.pid);
    }

    /** Ends it with all its children, for good. Resolves when nothing of it is left. */
    async stop(graceSeconds = this.spec.stopGraceSeconds ?? 10): Promise<void> {
        this.restart = "never";
        this.#stopping ??= this.#stop("stopped", graceSeconds);
        await this.#stopping;
    }

    /** Ends this run of it; its policy then decides on the next one. */
    async end(reason: string, graceSeconds = this.spec.stopGraceSeconds ?? 10): Promise<void> {
        await this.#terminate(reason, graceSeconds);
    }

    /** Resolves at its next end; at once if it does not run. */
    async exit(): Promise<Exit | undefined> {
        if (this.#state === "running") {
            await once(this, "exited");
        }
        return this.exits.at(-1);
    }

    /** Resolves when all that the last run wrote is in the log. */
    async drained(): Promise<void> {
        await this.#written;
    }

    sampled(use: Use): void {
        this.use = use;
        this.emit("sampled", use);
    }

    overMemory(residentBytes: number): void {
        const reason = `memory limit of ${this.spec.memory} MiB: ${Math.round(residentBytes / 2 ** 20)} MiB in use`;
        this.#terminate(reason, 0).catch((error: unknown) => this.#host.report(`${this.spec.id}: ${String(error)}`));
    }

    async #stop(reason: string, graceSeconds: number): Promise<void> {
        clearTimeout(this.#timer);
        await this.#terminate(reason, graceSeconds);
        clearTimeout(this.#timer);
        await this.#cleaning;
        if (this.#state !== "stopped") {
            this.#state = "stopped";
            this.emit("ended");
        }
        sampler(this.#host).remove(this);
    }

    async #terminate(reason: string, graceSeconds: number): Promise<void> {
        const pid = this.pid;
        if (pid === undefined) {
            return;
        }
        this.#reason ??= reason;
        const deadline = performance.now() + graceSeconds * 1000;
        const gone = new Promise<void>((resolve) => this.once("exited", () => resolve()));
        signalProcess(-pid, graceSeconds > 0 ? (this.spec.stopSignal ?? "SIGTERM") : "SIGKILL");
        const killer = setTimeout(() => signalProcess(-pid, "SIGKILL"), Math.max(0, graceSeconds * 1000));
        // The first may be a shell that ends at once, while its child still answers a last request.
        this.#cleaning = gone.then(() => this.#clean(pid, deadline));
        await gone;
        await this.#cleaning;
        clearTimeout(killer);
    }

    #exited(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
        const pid = child.pid ?? 0;
        const ranMs = performance.now() - this.#startedAt;
        const oom = (this.#cgroup?.oomKills() ?? 0) > 0 ? `memory limit of ${this.spec.memory} MiB` : undefined;
        const how = code === null ? `signal ${signal}` : `exit code ${code}`;
        const exit: Exit = { time: Date.now(), code, signal, reason: this.#reason ?? oom ?? how, ranMs };
        this.exits.push(exit);
        this.exits.splice(0, this.exits.length - 10);
        const asked = this.#reason !== undefined;
        const again = this.restart === "always" || (this.restart === "onFailure" && (code !== 0 || asked));
        this.#state = again ? "waiting" : "stopped";
        if (!asked) {
            this.#cleaning = this.#clean(pid, 0);
        }
        this.#say(`ended: ${exit.reason}${exit.reason === how ? "" : ` (${how})`}`);
        this.emit("exited", exit);
        if (again) {
            this.#startAgain(ranMs);
        } else {
            sampler(this.#host).remove(this);
            this.emit("ended");
        }
    }

    #startAgain(ranMs: number): void {
        const { firstMs, mostMs, resetMs } = this.spec.backoff ?? { firstMs: 1000, mostMs: 30_000, resetMs: 10_000 };
        this.#delay = ranMs >= resetMs || this.#delay === 0 ? firstMs : Math.min(mostMs, this.#delay * 2);
        this.#say(`starts again in ${this.#delay / 1000} s`);
        const again = async () => {
            await this.#cleaning;
            if (this.#state === "waiting" && this.#stopping === undefined) {
                this.restarts++;
                await this.start();
            }
        };
        this.#timer = setTimeout(() => {
            again().catch((error: unknown) => {
                // A program that has gone may come back: go on trying, as after a crash.
                this.#say(error instanceof Error ? error.message : String(error));
                if (this.#stopping === undefined) {
                    this.#state = "waiting";
                    this.#startAgain(0);
                }
            });
        }, this.#delay);
    }

    /** Waits for the children until `deadline`, then ends them, and forgets the run. */
    async #clean(pid: number, deadline: number): Promise<void> {
        while (groupOf(pid).length > 0 && performance.now() < deadline) {
            await pause(50);
        }
        while (groupOf(pid).length > 0) {
            groupOf(pid).forEach((row) => signalProcess(row.pid, "SIGKILL"));
            await pause(10);
        }
        while (killMarked(this.#dir, this.spec.id, "SIGKILL") > 0) {
            await pause(10);
        }
        await this.#cgroup?.remove();
        dropRecord(this.#dir, this.spec.id);
    }

    #capture(child: ChildProcess): void {
        this.#written = new Promise((resolve) => child.once("close", resolve));
        for (const stream of ["stdout", "stderr"] as const) {
            const lines = new Lines((text) => {
                this.#remember(text);
                this.#host.logs.append(this.spec.log, { time: Date.now(), source: this.spec.source, stream, text });
            });
            // Read and handed on at once: nothing piles up here, and one that writes too fast waits at its pipe.
            child[stream]?.on("data", (chunk: Buffer) => lines.write(chunk));
            child[stream]?.on("end", () => lines.end());
        }
    }

    #limited(): Cgroup | undefined {
        try {
            return Cgroup.make(this.#dir, this.spec.id, this.spec);
        } catch (error) {
            // Permitted as it seemed, refused by the kernel: memory is then watched, and cpu has no limit.
            this.#host.report(`${this.spec.id}: no cgroup: ${(error as Error).message}`);
            return undefined;
        }
    }

    #say(text: string): void {
        this.#host.logs.append(this.spec.log, { time: Date.now(), source: this.spec.source, stream: "system", text });
    }

    #remember(text: string): void {
        this.#tail.push(text);
        this.#tail.splice(0, this.#tail.length - 100);
    }
}
