import { type Host } from "../kind";
import { type Replicas, type Rollout } from "./inputs";
import { type Bake, dropSeconds, hold, type Judge, startFresh } from "./rollout";
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
        readonly bake: Bake = { create: 3, soak: 5, update: 5 },
        /** Called after each change: the numbers of the replicas that are to stay, and of all that are still there. */
        private readonly settled: (staying: readonly number[], all: readonly number[]) => void = () => undefined,
    ) {
        this.#pace = bake.scaling ?? usualPace;
        this.#scaler = new Scaler(this.#pace);
    }

    /** How many of the current version have all their programs running. */
    get running(): number {
        return this.#units.filter((unit) => unit.running).length;
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
        units.forEach((unit) => void this.#retire(unit));
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
        units.forEach((unit) => void this.#retire(unit));
        this.#publish();
        await Promise.all(this.#retiring.values());
        await this.stop();
    }

    async #create(workload: Workload, count: number, rollout: Rollout, call: FleetCall): Promise<void> {
        try {
            const added = await this.#fresh(workload, count, rollout, call, 0, (unit) => {
                this.#units.push(unit);
                this.#publish();
            });
            await hold(added, this.bake.create, this.#judge(call));
            added.forEach((unit) => unit.keepUp());
        } catch (error) {
            await this.#drop(this.#units.splice(0));
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
            await this.#fresh(workload, count, rollout, call, this.bake.soak, (unit) => {
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
            await this.#drop(added);
            throw error;
        }
        added.forEach((unit) => unit.keepUp());
        this.#units = added;
        old.forEach((unit) => void this.#retire(unit));
    }

    /** For what may not run twice: the old ones end first, and come back when the new ones fail. */
    async #recreate(workload: Workload, count: number, rollout: Rollout, call: FleetCall): Promise<void> {
        const before = this.#workload;
        const old = this.#units.splice(0);
        old.forEach((unit) => void this.#retire(unit));
        this.#publish();
        await Promise.all(this.#retiring.values());
        try {
            await this.#create(workload, count, rollout, call);
        } catch (error) {
            if (before !== undefined) {
                call.progress("the new version failed: starts the old one again");
                await this.#add(before, old.length);
                const never = new AbortController().signal;
                await Promise.all(this.#units.map((unit) => unit.whenReady(rollout.timeoutSeconds, never)));
            }
            throw error;
        }
    }

    #fresh(
        workload: Workload,
        count: number,
        rollout: Rollout,
        call: FleetCall,
        soak: number,
        ready: (unit: Unit) => void,
    ): Promise<Unit[]> {
        return startFresh((started) => this.#unit(workload, started), count, rollout, this.#judge(call), soak, ready);
    }

    #judge({ signal }: FleetCall): Judge {
        return { signal, servesOn: this.#workload !== undefined };
    }

    async #resize(count: number, rollout: Rollout, call: FleetCall): Promise<void> {
        const workload = this.#workload;
        const added: Unit[] = [];
        try {
            if (workload !== undefined && count > this.#units.length) {
                await this.#fresh(workload, count - this.#units.length, rollout, call, 0, (unit) => {
                    added.push(unit);
                    this.#units.push(unit);
                    this.#publish();
                });
            }
        } catch (error) {
            this.#units = this.#units.filter((unit) => !added.includes(unit));
            await this.#drop(added);
            throw error;
        }
        added.forEach((unit) => unit.keepUp());
        this.#units.splice(count).forEach((unit) => void this.#retire(unit));
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
        const count = this.#units.length;
        const services = workload.ports.map(({ name }) => `${this.owner}/${name}`);
        const uses = this.#units.map((unit) => unit.cpuPercent);
        const loads = loadsOf(this.host, services, uses, replicas, this.#pace, Date.now());
        const wanted = this.#scaler.wanted(count, loads, replicas, performance.now());
        if (wanted > count) {
            this.#busy = true;
            this.#add(workload, wanted - count)
                .catch((error: unknown) => this.host.report(`${this.owner}: ${String(error)}`))
                .finally(() => {
                    this.#busy = false;
                    this.#settle();
                });
        } else {
            this.#units.splice(wanted).forEach((unit) => void this.#retire(unit));
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

    /** Ends new ones that are not wanted after all. They may have served: what is under way there ends first. */
    async #drop(units: readonly Unit[]): Promise<void> {
        const dropped = units.map((unit) => this.#retire(unit, dropSeconds(unit)));
        this.#publish();
        await Promise.all(dropped);
    }

    /** Gets no new connections, ends the ones it has, and then itself: nobody need wait for it. */
    #retire(unit: Unit, graceSeconds = unit.workload.stopGraceSeconds): Promise<void> {
        unit.draining = true;
        const retired = unit
            .drained(graceSeconds)
            .then(() => unit.stop(graceSeconds))
            .catch((error: unknown) => this.host.report(`${this.owner}: ${String(error)}`))
            .finally(() => {
                this.#retiring.delete(unit);
                this.#settle();
                this.#publish();
            });
        this.#retiring.set(unit, retired);
        return retired;
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
        const services = new Set(all.flatMap(({ workload }) => workload.ports.map(({ name }) => name)));
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
