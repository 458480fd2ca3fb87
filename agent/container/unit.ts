import { setTimeout as pause } from "node:timers/promises";
import { type Host } from "../kind";
import { mark, markName } from "../process/records";
import { type Exit, Supervised } from "../process/supervisor";
import { Checks, DRAIN_MS } from "./checks";
import { openConnections } from "./connections";
import { type Probe } from "./inputs";
import { givePort, isFree, portVariable, takePort } from "./ports";
import { ask } from "./probe";
import { Private, type Program } from "./program";
import { type Workload } from "./workload";

/** Part is one of its programs. */
interface Part {
    readonly supervised: Supervised;
    readonly private: Private;
    readonly program: Program;
}

/** Unit is one replica: its main program and its sidecars, started, checked and ended as one. */
export class Unit {
    ready = false;
    draining = false;
    readonly #programs: readonly Part[];
    readonly #ports: Record<string, number> = {};
    readonly #stopped = new AbortController();
    readonly #checks: Checks;
    #stopping: Promise<void> | undefined;

    /** @param changed - Called when it becomes ready, or no longer is. */
    constructor(
        readonly host: Host,
        readonly workload: Workload,
        readonly number: number,
        private readonly changed: () => void,
    ) {
        this.#programs = workload.programs.map((program) => {
            const id = `${workload.owner}/${number}${program.name === "" ? "" : `/${program.name}`}`;
            const own = new Private(host, id, program, number);
            const source = `${workload.name}/${number}`;
            const supervised = new Supervised(host, {
                id,
                command: own.command,
                cwd: own.cwd,
                env: () => own.env(workload.identity, this.#given(program)),
                account: own.account,
                log: workload.log,
                source: program.name === "" ? source : `${source}/${program.name}`,
                restart: "never",
                stopGraceSeconds: workload.stopGraceSeconds,
                dimensions: {
                    resource: workload.owner,
                    replica: String(number),
                    ...(program.name === "" ? {} : { sidecar: program.name }),
                },
                beforeStart: async () => {
                    if (program.name === "") {
                        await this.#takePorts();
                    }
                    own.prepare();
                },
                ...(program.cpu === undefined ? {} : { cpu: program.cpu }),
                ...(program.memory === undefined ? {} : { memory: program.memory }),
                ...(program.stopSignal === undefined ? {} : { stopSignal: program.stopSignal }),
            });
            return { supervised, private: own, program };
        });
        this.#checks = new Checks({
            main: this.main,
            health: workload.health,
            stopped: this.#stopped.signal,
            ask: (probe) => this.#ask(probe),
            setReady: (ready) => this.#setReady(ready),
            report: (error) => host.report(`${workload.owner}/${number}: ${String(error)}`),
        });
    }

    get id(): string {
        return `${this.workload.name}/${this.number}`;
    }

    get main(): Supervised {
        return this.#main.supervised;
    }

    get ports(): Readonly<Record<string, number>> {
        return this.#ports;
    }

    /** Whether all its programs run now. */
    get running(): boolean {
        return this.#programs.every(({ supervised }) => supervised.state === "running");
    }

    /** What its last failed check said. */
    get fault(): string | undefined {
        return this.#checks.fault;
    }

    /** Of the cores it was given, since the last sample; undefined before the second. */
    get cpuPercent(): number | undefined {
        const { use, spec } = this.main;
        return use?.cpuPercent === undefined ? undefined : use.cpuPercent / (spec.cpu ?? 1);
    }

    /** Starts it. A crash is left as it is until {@link keepUp}. */
    async start(): Promise<void> {
        await this.#takePorts();
        this.main.on("exited", () => this.#setReady(false));
        this.main.on("started", () => this.#checks.begin());
        for (const { supervised } of this.#programs) {
            await supervised.start();
        }
    }

    /** From now on what crashes is started again. */
    keepUp(): void {
        for (const { supervised } of this.#programs) {
            supervised.restart = "always";
        }
    }

    /** Resolves to undefined once it is ready; to the fault if it ends, or is not ready in time. */
    async whenReady(timeoutSeconds: number, signal: AbortSignal): Promise<string | undefined> {
        const deadline = performance.now() + timeoutSeconds * 1000;
        while (!this.ready) {
            const ended = this.ended() ?? this.#checks.late;
            if (ended !== undefined) {
                return ended;
            }
            if (performance.now() > deadline) {
                return `not ready within ${timeoutSeconds} s: ${this.fault ?? "its checks did not pass"}`;
            }
            if (signal.aborted) {
                return "given up by the user";
            }
            await pause(50);
        }
        return undefined;
    }

    /** Says which of its programs has ended, and how. */
    ended(): string | undefined {
        const gone = this.#programs.find(
            ({ supervised }) => supervised.state === "stopped" || supervised.state === "waiting",
        );
        const exit: Exit | undefined = gone?.supervised.exits.at(-1);
        const who = gone?.program.name ? `its sidecar ${gone.program.name}` : "it";
        return gone === undefined
            ? undefined
            : `${who} ended with ${exit?.reason ?? "an error"} after ${((exit?.ranMs ?? 0) / 1000).toFixed(1)} s`;
    }

    /** The last lines of all its programs. */
    tail(count = 20): string[] {
        return this.#programs.flatMap(({ supervised }) => supervised.tail(count)).slice(-count);
    }

    /** Resolves when what its ended programs wrote is in the log. */
    async written(): Promise<void> {
        const ended = this.#programs.filter(
            ({ supervised }) => supervised.state !== "running" && supervised.exits.length > 0,
        );
        await Promise.all(ended.map(({ supervised }) => supervised.drained()));
    }

    /** Waits until nobody is connected to it, for so long at the most. */
    async drained(seconds = this.workload.stopGraceSeconds): Promise<void> {
        const deadline = performance.now() + seconds * 1000;
        // Those who watch the endpoints take their new connections elsewhere first; and none may have come between two looks.
        for (let quiet = 0; quiet < 2 && performance.now() < deadline;) {
            await pause(DRAIN_MS);
            if (!this.running || this.#stopping !== undefined) {
                return;
            }
            quiet = (await openConnections(Object.values(this.#ports))) === 0 ? quiet + 1 : 0;
        }
    }

    /** Ends it: the main program first, then its sidecars. Nothing of it is left then. */
    async stop(graceSeconds = this.workload.stopGraceSeconds): Promise<void> {
        this.#stopping ??= this.#stop(graceSeconds);
        await this.#stopping;
    }

    async #stop(graceSeconds: number): Promise<void> {
        this.#stopped.abort();
        this.#setReady(false);
        for (const { supervised, private: own } of [...this.#programs].reverse()) {
            await supervised.stop(graceSeconds);
            await own.remove();
        }
        Object.values(this.#ports).forEach(givePort);
    }

    get #main(): Part {
        const main = this.#programs.at(-1);
        if (main === undefined) {
            throw new Error(`${this.workload.owner} has no program`);
        }
        return main;
    }

    #setReady(ready: boolean): void {
        if (this.ready !== ready) {
            this.ready = ready;
            this.changed();
        }
    }

    #ask(probe: Probe): Promise<string | undefined> {
        const { private: own, program } = this.#main;
        const env = {
            ...own.env(this.workload.identity, this.#given(program)),
            [markName]: mark(this.host.folder("processes"), `${this.main.spec.id}/check`),
        };
        const [declared, ports] = [this.workload.ports, this.#ports];
        return ask(probe, { declared, ports, cwd: own.cwd, env, account: own.account });
    }

    /** What the machine gives: it stands above what the declaration says. */
    #given(program: Program): Record<string, string> {
        const numbers = Object.entries(this.#ports).map(([name, port]) => [portVariable(name), String(port)]);
        const first = Object.values(this.#ports)[0];
        return {
            ...(Object.fromEntries(numbers) as Record<string, string>),
            // A sidecar shares the network: on the same PORT it would take the main program's.
            ...(first === undefined || program.name !== "" ? {} : { PORT: String(first) }),
            HOST: "127.0.0.1",
            MVI_REPLICA: String(this.number),
        };
    }

    /** Its ports stay the same over restarts, but for one that another program has taken meanwhile. */
    async #takePorts(): Promise<void> {
        for (const { name } of this.workload.ports) {
            const port = this.#ports[name];
            if (port === undefined || !(await isFree(port))) {
                this.#ports[name] = await takePort();
            }
        }
    }
}
