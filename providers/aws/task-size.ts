/** The memory in MiB which Fargate has for a number of CPU units (1024 are one CPU): least, most, step. */
const sizes: readonly (readonly [cpu: number, least: number, most: number, step: number])[] = [
    [256, 512, 2048, 1024],
    [512, 1024, 4096, 1024],
    [1024, 2048, 8192, 1024],
    [2048, 4096, 16384, 1024],
    [4096, 8192, 30720, 1024],
    [8192, 16384, 61440, 4096],
    [16384, 32768, 122880, 8192],
];

/**
 * The least of Fargate's sizes for all of a task's containers together.
 *
 * @param cpu - CPUs
 * @param memory - MiB
 * @returns the size in CPU units and MiB; undefined when there is none so large
 */
export function taskSize(cpu: number, memory: number): { cpu: number; memory: number } | undefined {
    for (const [units, least, most, step] of sizes) {
        if (units < cpu * 1024 || most < memory) continue;
        if (memory <= least) return { cpu: units, memory: least };
        // Its smallest size goes in halves: 512, 1024, 2048.
        const fitting =
            units === 256 ? (memory <= 1024 ? 1024 : 2048) : least + Math.ceil((memory - least) / step) * step;
        if (fitting <= most) return { cpu: units, memory: fitting };
    }
    return undefined;
}
