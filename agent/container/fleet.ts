import { type Host } from "../kind";
import { type Replicas, type Rollout } from "./inputs";
import { type Bake, drop, hold, type Judge, startFresh } from "./rollout";
import { clamp, loadsOf, type Pace, Scaler, usualPace } from "./scale";
import { Unit } from "./unit";
import { sameWorkload, type Workload } from "./workload";

export { type Bake } from "./rollout";

/** FleetCall is what one use of {@link Fleet.apply} is told. */
export interface FleetCall {
    readonly restoring: boolean;
    readonly signal: AbortSignal;
    /** Numbers of the replicas to restore. */
    readonly numbers?: readonly number[];
    progress(line: string): void;
}

/** Fleet is all replicas of one workload: it rolls them over, scales them, and tells the endpoints who is ready. */
export class Fleet {
    #workload: Workload | undefined;
    #replicas: Replicas = { min: 0, max: 0 };
    #units: Unit[] = [];
    readonly #retiring = new Map<Unit, Promise<void>>();
    readonly #scaler: Scaler;
    readonly #pace: Pace;
    #timer: NodeJS.Timeout | undefined;
    #busy = false;
    #services = new Set<string>();

    constructor(
        readonly host: Host,
        readonly owner: string,
        readonly bake: Bake = { create: 3, update: 10 },
        /** Called after each change: the numbers of the replicas that are to stay, and of all that are still there. */
        private readonly settled: (staying: readonly number[], all: readonly number[]) => void = () => undefined,
    ) {
        this.#pace = bake.scaling ?? usualPace;
        this.#scaler = new Scaler(this.#pace);
    }

    /** Those of the current version whose programs all run. */
    get running(): number {
        return this.#units.filter((unit) => unit.running).length;
    }

    get units(): readonly Unit[] {
        return this.#units;
    }

    /** Brings it to `workload`. If it rejects, what ran before serves on. */
    async apply(workload: Workload, replicas: Replicas, rollout: Rollout, call: FleetCall): Promise<void> {
        this.#busy = true;
        try {
            const count = clamp(this.#units.length, replicas);
            if (this.#workload !== undefined && sameWorkload(this.#workload, workload)) {
                await this.#resize(count, rollout, call);
            } else if (call.restoring) {
                this.#workload = workload;
                await this.#add(workload, count, call.numbers);
            } else if (this.#units.length === 0) {
                await this.#create(workload, count, rollout, call);
            } else if (rollout.strategy === "recreate") {
                await this.#recreate(workload, count, rollout, call);
            } else {
                await this.#roll(workload, count, rollout, call);
            }
            this.#workload = workload;
            this.#replicas = replicas;
        } finally {
            this.#busy = false;
            this.#publish();
            this.#settle();
        }
        this.#timer ??= setInterval(() => {
            this.#count(); // an alarm may ask for each minute, and it changes seldom
            this.#scale();
        }, this.#pace.lookMs).unref();
    }

    /** Ends all: nobody is sent to it any more, requests under way may end. */
    async stop(): Promise<void> {
        clearInterval(this.#timer);
        this.#timer = undefined;
        const units = this.#units.splice(0);
        units.forEach((unit) => this.#retire(unit));
        this.#publish();
        await Promise.all(
            [...this.#retiring].map(async ([unit, retired]) => {
                await unit.stop();
                await retired;
            }),
        );
        this.#workload = undefined;
    }

    /** Takes it from the endpoints, lets requests end, and ends it. */
    async remove(): Promise<void> {
        const units = this.#units.splice(0);
        units.forEach((unit) => this.#retire(unit));
        this.#publish();
        await Promise.all(this.#retiring.values());
        await this.stop();
    }

    async #create(workload: Workload, count: number, rollout: Rollout, call: FleetCall): Promise<void> {
        try {
            const added = await this.#fresh(workload, count, rollout, call, (unit) => {
                this.#units.push(unit);
                this.#publish();
            });
            await hold(added, this.bake.create, this.#judge(call));
            added.forEach((unit) => unit.keepUp());
        } catch (error) {
            const units = this.#units.splice(0);
            this.#publish();
            await drop(units);
            throw error;
        }
    }

    /** New ones beside the old; the old ones end only when all new ones have held for a while. */
    async #roll(workload: Workload, count: number, rollout: Rollout, call: FleetCall): Promise<void> {
        const old = [...this.#units];
        const drain = (fresh: number) => {
            // As many old ones go out of service as new ones came in; the last ones when all new ones are there.
            const stay = fresh >= count ? 0 : Math.max(0, old.length - fresh);
            old.forEach((unit, index) => (unit.draining = index >= stay));
        };
        const added: Unit[] = [];
        try {
            await this.#fresh(workload, count, rollout, call, (unit) => {
                added.push(unit);
                this.#units.push(unit);
                drain(added.length);
                this.#publish();
                call.progress(`${unit.id} is ready (${added.length} of ${count})`);
            });
            await hold(added, this.bake.update, this.#judge(call));
        } catch (error) {
            this.#units = old;
            old.forEach((unit) => (unit.draining = false));
            this.#publish();
            await drop(added);
            throw error;
        }
        added.forEach((unit) => unit.keepUp());
        this.#units = added;
        old.forEach((unit) => this.#retire(unit));
    }

    /** For what may not run twice: the old ones end first, and come back when the new ones fail. */
    async #recreate(workload: Workload, count: number, rollout: Rollout, call: FleetCall): Promise<void> {
        const before = this.#workload;
        const old = this.#units.splice(0);
        old.forEach((unit) => this.#retire(unit));
        this.#publish();
        await Promise.all(this.#retiring.values());
        try {
            await this.#create(workload, count, rollout, call);
        } catch (error) {
            if (before !== undefined) {
                call.progress("the new version failed: starts the old one again");
                await this.#add(before, old.length);
                await Promise.all(
                    this.#units.map((unit) => unit.whenReady(rollout.timeoutSeconds, new AbortController().signal)),
                );
            }
            throw error;
        }
    }

    #fresh(
        workload: Workload,
        count: number,
        rollout: Rollout,
        call: FleetCall,
        ready: (unit: Unit) => void,
    ): Promise<Unit[]> {
        return startFresh((started) => this.#unit(workload, started), count, rollout, this.#judge(call), ready);
    }

    #judge(call: FleetCall): Judge {
        return { signal: call.signal, servesOn: this.#workload !== undefined };
    }

    async #resize(count: number, rollout: Rollout, call: FleetCall): Promise<void> {
        const workload = this.#workload;
        const added: Unit[] = [];
        try {
            if (workload !== undefined && count > this.#units.length) {
                await this.#fresh(workload, count - this.#units.length, rollout, call, (unit) => {
                    added.push(unit);
                    this.#units.push(unit);
                    this.#publish();
                });
            }
        } catch (error) {
            this.#units = this.#units.filter((unit) => !added.includes(unit));
            await drop(added);
            throw error;
        }
        added.forEach((unit) => unit.keepUp());
        this.#units.splice(count).forEach((unit) => this.#retire(unit));
        this.#publish();
    }

    /** Starts some and does not wait: what fails is started again until it works. */
    async #add(workload: Workload, count: number, numbers: readonly number[] = []): Promise<void> {
        for (let index = 0; index < count; index++) {
            const unit = this.#unit(workload, [], numbers);
            unit.keepUp();
            this.#units.push(unit);
            await unit.start();
        }
    }

    #scale(): void {
        const workload = this.#workload;
        const replicas = this.#replicas;
        if (this.#busy || workload === undefined || replicas.max <= replicas.min) {
            return;
        }
        const now = Date.now();
        const services = workload.ports.map(({ name }) => `${this.owner}/${name}`);
        const uses = this.#units.map((unit) => unit.cpuPercent);
        const loads = loadsOf(this.host, services, uses, replicas, this.#pace, now);
        const wanted = this.#scaler.wanted(this.#units.length, loads, replicas, now);
        if (wanted > this.#units.length) {
            this.#busy = true;
            this.#add(workload, wanted - this.#units.length)
                .catch((error: unknown) => this.host.report(`${this.owner}: ${String(error)}`))
                .finally(() => {
                    this.#busy = false;
                    this.#settle();
                });
        } else {
            this.#units.splice(wanted).forEach((unit) => this.#retire(unit));
            this.#publish();
        }
    }

    #unit(workload: Workload, more: readonly Unit[] = [], preferred: readonly number[] = []): Unit {
        const used = new Set([...this.#units, ...more, ...this.#retiring.keys()].map((unit) => unit.number));
        let number = preferred.find((each) => !used.has(each)) ?? 1;
        while (used.has(number)) {
            number++;
        }
        return new Unit(this.host, workload, number, () => this.#publish());
    }

    /** Gets no new connections, ends the ones it has, and then itself: nobody waits for it. */
    #retire(unit: Unit): void {
        unit.draining = true;
        const retired = unit
            .drained()
            .then(() => unit.stop())
            .catch((error: unknown) => this.host.report(`${this.owner}: ${String(error)}`))
            .finally(() => {
                this.#retiring.delete(unit);
                this.#settle();
                this.#publish();
            });
        this.#retiring.set(unit, retired);
    }

    #settle(): void {
        // While the whole fleet ends, its disks are kept; while it changes, some are not in its list yet.
        if (this.#workload !== undefined && !this.#busy && this.#units.length > 0) {
            const staying = this.#units.map((unit) => unit.number);
            this.settled(staying, [...staying, ...[...this.#retiring.keys()].map((unit) => unit.number)]);
        }
    }

    #publish(): void {
        const all = [...this.#units, ...this.#retiring.keys()];
        const services = new Set(all.flatMap((unit) => unit.workload.ports.map(({ name }) => name)));
        for (const name of new Set([...services, ...this.#services])) {
            const targets = all
                .filter((unit) => unit.ready && unit.ports[name] !== undefined)
                .map((unit) => ({
                    id: unit.id,
                    host: "127.0.0.1",
                    port: unit.ports[name] ?? 0,
                    draining: unit.draining,
                }));
            this.host.endpoints.publish(`${this.owner}/${name}`, targets);
        }
        this.#services = services;
        this.#count();
    }

    #count(): void {
        const ready = this.#units.filter((unit) => unit.ready && !unit.draining).length;
        this.host.metrics.gauge("container_replicas_ready", ready, { resource: this.owner });
    }
}
