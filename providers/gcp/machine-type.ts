/** Machines of the E2 kind: CPUs (of the small ones, a share that is always there), and memory in MiB. */
const machines: readonly (readonly [type: string, cpu: number, memory: number])[] = [
    ["e2-micro", 0.25, 1024],
    ["e2-small", 0.5, 2048],
    ["e2-medium", 1, 4096],
    ["e2-standard-2", 2, 8192],
    ["e2-highmem-2", 2, 16384],
    ["e2-standard-4", 4, 16384],
    ["e2-highmem-4", 4, 32768],
    ["e2-standard-8", 8, 32768],
    ["e2-highmem-8", 8, 65536],
    ["e2-standard-16", 16, 65536],
    ["e2-highmem-16", 16, 131072],
    ["e2-standard-32", 32, 131072],
];

/** What the system and Docker take of the memory, in MiB. */
export const system = 384;

/** What the largest of them has for its containers: CPUs, and memory in MiB. */
export const largestMachine = { cpu: 32, memory: 131072 - system };

/**
 * The smallest machine with so much for its containers; undefined when there is none.
 *
 * @param memory - in MiB
 */
export function machineFor(cpu: number, memory: number): string | undefined {
    return machines.find(([, cpus, whole]) => cpus >= cpu && whole - system >= memory)?.[0];
}
