/** Machine is one of Compute Engine's, by what it has. */
interface Machine {
    readonly type: string;
    readonly cpu: number;
    /** Of them, what is always there. @default all */
    readonly steady?: number;
    /** GiB */
    readonly memory: number;
    /** US cents an hour, about: only their order counts. */
    readonly price: number;
}

const kinds = { highcpu: 1, standard: 4, highmem: 8 } as const;

/** The small ones share a CPU. E2 is the cheapest kind and ends at 32 CPUs, N2 follows. */
const machines: readonly Machine[] = [
    { type: "e2-micro", cpu: 1, steady: 0.25, memory: 1, price: 0.84 },
    { type: "e2-small", cpu: 1, steady: 0.5, memory: 2, price: 1.68 },
    { type: "e2-medium", cpu: 1, memory: 4, price: 3.35 },
    ...family("e2", [2, 4, 8, 16, 32], 2.18, 0.292).filter(({ type }) => type !== "e2-highmem-32"),
    ...family("n2", [32, 48, 64], 3.16, 0.424),
].sort((a, b) => a.price - b.price);

/**
 * The cheapest machine that has it.
 *
 * @param memory - MiB
 * @param steady - CPUs that must always be there
 * @throws when none has: 64 CPUs and 524288 MiB one has
 */
export function vmType(cpu: number, memory: number, steady = 0): string {
    const found = machines.find(
        (one) => one.cpu >= cpu && one.memory * 1024 >= memory && (one.steady ?? one.cpu) >= steady,
    );
    if (!found) throw new Error(`no machine has ${cpu} CPUs and ${memory} MiB`);
    return found.type;
}

function family(name: string, cpus: readonly number[], perCpu: number, perGib: number): Machine[] {
    return cpus.flatMap((cpu) =>
        Object.entries(kinds).map(([kind, each]) => ({
            type: `${name}-${kind}-${cpu}`,
            cpu,
            memory: cpu * each,
            price: cpu * perCpu + cpu * each * perGib,
        })),
    );
}
