/** Machine is one of EC2's, by what it has. */
interface Machine {
    readonly family: readonly [x86: string, arm: string];
    readonly size: string;
    readonly cpu: number;
    readonly memory: number;
}

const powers = { large: 2, xlarge: 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32, "12xlarge": 48, "16xlarge": 64 };

/** From the cheapest on: those that share their processor, then by memory for each CPU. */
const machines: readonly Machine[] = [
    ...Object.entries({ micro: 1, small: 2, medium: 4, large: 8 }).map(([size, gib]) =>
        machine("t3", "t4g", size, 2, gib),
    ),
    machine("t3", "t4g", "xlarge", 4, 16),
    machine("t3", "t4g", "2xlarge", 8, 32),
    ...Object.entries(powers).flatMap(([size, cpu]) => [
        machine("c6i", "c6g", size, cpu, cpu * 2),
        machine("m6i", "m6g", size, cpu, cpu * 4),
        machine("r6i", "r6g", size, cpu, cpu * 8),
    ]),
];

/**
 * The cheapest machine that has it.
 *
 * @param memory - MiB
 */
export function instanceType(cpu: number, memory: number, processor: "x86_64" | "arm64"): string {
    const fitting = machines.find((one) => one.cpu >= cpu && one.memory >= memory);
    if (!fitting) throw new Error(`no machine has ${cpu} CPUs and ${memory} MiB`);
    return `${fitting.family[processor === "arm64" ? 1 : 0]}.${fitting.size}`;
}

function machine(x86: string, arm: string, size: string, cpu: number, gib: number): Machine {
    return { family: [x86, arm], size, cpu, memory: gib * 1024 };
}
