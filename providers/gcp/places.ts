import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { ContainerSpec, SidecarSpec } from "../../components/container";
import type { Grant } from "../../components/link";
import type { PortSpec } from "../../components/ports";
import type { VMSpec } from "../../components/vm";
import { Gathered } from "../declared";
import { together } from "../workload-check";

/** Placed is a container that a VM's machines run. */
export interface Placed {
    /** The container's, within the stack. */
    readonly name: string;
    readonly spec: ContainerSpec;
    /** Itself and what stands beside it, with what their links give: asked for where they are declared, and no later. */
    readonly runs: readonly Run[];
    /** What Docker's names of it and of its sidecars begin with: by these their lines are found. */
    readonly base: pulumi.Output<string>;
    /** Its ports, as the machine has them: see {@link Places.reserve}. */
    readonly hosted: ContainerSpec["ports"];
    /** Where the machine answers for its check by command. */
    readonly answered: number;
    /** What the machines must not run it without. */
    readonly after: readonly pulumi.Resource[];
}

/** Run is one of Docker's containers. */
export interface Run {
    /** `main`, `beside-proxy` */
    readonly own: string;
    readonly spec: SidecarSpec;
    readonly grant: Grant;
}

/** Below those that Linux gives to outgoing connections, which begin at 32768. */
const portsFrom = 20_000;
const portsCount = 12_000;

/** Places are where a VM's containers are: all of them are known at the program's end. */
export class Places {
    /** Those that were declared until now. */
    readonly here: Placed[] = [];
    /** Where machines answer for all of their containers together. */
    readonly answered: number;
    readonly all: Promise<readonly Placed[]>;
    private readonly gathered = new Gathered<true>();
    private readonly taken: Set<number>;

    /** @param own - the VM's own ports */
    constructor(own: readonly number[]) {
        this.taken = new Set(own);
        this.answered = this.reserve("");
        this.all = this.gathered.all.then(() => this.here);
    }

    /**
     * A port of the machine for one of a container's: two containers may have the same. It follows from the names alone, so that
     * none moves when containers come and go; where two meet, which is so for one in a hundred pools with 15 ports, the one that
     * is declared later gets the next.
     */
    reserve(name: string): number {
        let at = createHash("sha256").update(name).digest().readUInt32BE() % portsCount;
        while (this.taken.has(portsFrom + at)) at = (at + 1) % portsCount;
        this.taken.add(portsFrom + at);
        return portsFrom + at;
    }

    /** @throws when the program is at its end already */
    add(one: Placed): void {
        this.gathered.add(true);
        this.here.push(one);
    }
}

/** Whether machines have something to ask by themselves: without a port and without a command, they have not. */
export function isAsked({ ports, health }: Pick<VMSpec, "ports" | "health">): boolean {
    return health?.command !== undefined || Object.keys(ports).length > 0;
}

/** What containers need together, with their sidecars: CPUs, and memory in MiB. */
export function needs(all: readonly Pick<Placed, "spec">[]): { cpu: number; memory: number } {
    return together(all.flatMap(({ spec }) => [spec, ...Object.values(spec.sidecars)]));
}

/** What a group calls a port of a container that it runs for others. */
export function portName({ port }: Pick<PortSpec, "port">): string {
    return `port-${port}`;
}

/** What follows from all containers that machines run for others: known at once where there can be none. */
export function declared<T>(places: Places | undefined, answer: (all: readonly Placed[]) => T): pulumi.Input<T> {
    return places ? later(places, answer) : answer([]);
}

/** The same, where there can be some. */
export function later<T>(places: Places, answer: (all: readonly Placed[]) => T): pulumi.Output<T> {
    return pulumi.output(places.all.then(answer)) as pulumi.Output<T>;
}
