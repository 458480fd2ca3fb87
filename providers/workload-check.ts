/** What the clouds' checks and drivers have to know of a workload; the checks, before it is prepared. */

import type { ContainerSpec, SidecarSpec } from "../components/container";
import { argumentsOf } from "../components/reference";
import { type CloudName, readSettings } from "../components/settings";
import { type Fields, isPlain, Place, record } from "../components/shape";
import { memoryOf, VM, type VMSpec, vmService } from "../components/vm";
import { sizes } from "../components/workload";

type Args = Readonly<Record<string, unknown>>;

/** The processors that an image is for: of a build, or of the Image that is named. One by reference says nothing: x86. */
export function platformsOf(args: Args, at: Place): readonly string[] {
    const { platforms } = imageOf(args, at);
    return Array.isArray(platforms) ? (platforms as string[]) : ["linux/amd64"];
}

/** What was declared of a workload's image: what is built, the Image that is named, or a reference alone. A job's may be a container's. */
export function imageOf(args: Args, at: Place): Args {
    // A container has no other's image: one that says so is a fault that is found where it stands, and may go in circles.
    const { build, image } = (args.container === undefined ? undefined : argumentsOf(args.container, at)) ?? args;
    if (isPlain(build)) return build;
    return argumentsOf(image, at) ?? { reference: image };
}

/** A workload's arguments and those of its sidecars, each where it stands. */
export function besides(args: Args, at: Place): [args: Args, at: Place][] {
    const sidecars = isPlain(args.sidecars) ? Object.entries(args.sidecars) : [];
    return [
        [args, at],
        ...sidecars.map(([name, own]): [Args, Place] => [isPlain(own) ? own : {}, at.in("sidecars").in(name)]),
    ];
}

/** What a workload and its sidecars need together: CPUs, and memory in MiB. `least` is the least that the first one gets. */
export function together(
    specs: readonly Pick<SidecarSpec, "cpu" | "memory">[],
    least = 0,
): { cpu: number; memory: number } {
    return {
        cpu: specs.reduce((sum, { cpu }, index) => sum + Math.max(cpu, index === 0 ? least : 0), 0),
        memory: specs.reduce((sum, { cpu, memory }) => sum + (memory || (sizes[cpu]?.[0] ?? 0)), 0),
    };
}

/** What was declared of a component or part, with its defaults. Its faults are found where it stands. */
export function readDeclared<Spec>(service: { fields(profile: "dev"): unknown }, declared: Args): Spec {
    const { profile } = readSettings().settings;
    return record(service.fields(profile as "dev") as Fields<object>)(declared, new Place("", [])) as Spec;
}

/** Machines are what a container runs `on`, as they were declared. */
export interface Machines extends VMSpec {
    /** What the program calls them. */
    readonly name: string;
}

/** The machines that a container is to run `on`; undefined where there are none of this cloud's, which is a fault. */
export function machinesOf(
    { on }: Pick<ContainerSpec, "on">,
    at: Place,
    args: Args,
    cloud: CloudName,
): Machines | undefined {
    if (on instanceof VM && on.cloud.name !== cloud)
        return void at.in("on").fault("is on another cloud", `choose machines on ${cloud}`, on.shortName);
    const declared = argumentsOf(args.on, at);
    if (!declared) return undefined; // a fault that its field has found
    const vm = readDeclared<VMSpec>(vmService, declared);
    return { ...vm, memory: memoryOf(vm), name: on?.shortName ?? String(args.on) };
}
