import type { Check } from "../../components/cloud";
import { type ContainerSpec, containerService } from "../../components/container";
import { argumentsOf } from "../../components/reference";
import type { Place } from "../../components/shape";
import type { VMSpec } from "../../components/vm";
import { type Machines, machinesOf, readDeclared, together } from "../workload-check";
import { system } from "./machine-type";
import { poolOf } from "./pool";

type Args = Readonly<Record<string, unknown>>;

/** What a container cannot be on the machines of a VM: each of them runs it once, beside others. */
export const checkPool: Check<"container"> = (spec, at, args) => {
    const { on, scale } = spec;
    const machines = machinesOf(spec, at, args, "gcp");
    if (!machines) return;
    if (args.scale !== undefined) checkScale(scale, machines.scale, machines.name, at.in("scale"));
    const before = on ? (poolOf(on)?.places.here ?? []) : declaredBefore(args.on, at);
    checkSize(spec, before, machines, at);
};

function checkScale(scale: ContainerSpec["scale"], machines: VMSpec["scale"], name: string, at: Place): void {
    const { min, max, cpu, requests } = scale;
    const range = (one: { min: number; max: number }) =>
        one.min === one.max ? `${one.min}` : `${one.min} to ${one.max}`;
    if (min !== machines.min || max !== machines.max)
        at.fault(
            `is ${range(scale)}, and each machine of \`${name}\` runs it once on gcp: there are ${range(machines)} of them`,
            `leave it out, or set it to the same as the \`scale\` of \`${name}\``,
        );
    else if (max > min && cpu !== machines.cpu)
        at.in("cpu").fault(
            `is not that of its machines (${machines.cpu}): on gcp there are as many of it as of them`,
            "leave it out, or set it to the same",
            cpu,
        );
    if (requests !== undefined)
        at.in("requests").fault(
            "cannot be counted for one of several containers on the same machines on gcp",
            "leave it out, and scale the machines by `cpu`",
            requests,
        );
}

/** @param before - those that are on the same machines already */
function checkSize(
    spec: ContainerSpec,
    before: readonly { readonly name: string; readonly spec: ContainerSpec }[],
    vm: Machines,
    at: Place,
): void {
    const all = [...before.map((one) => one.spec), spec];
    const need = together(all.flatMap((one) => [one, ...Object.values(one.sidecars)]));
    const own = together([spec, ...Object.values(spec.sidecars)]);
    const beside = before.length ? `, and with ${before.map(({ name }) => `\`${name}\``).join(", ")} ` : ", ";
    const memory = vm.memory - system;
    if (need.cpu > vm.cpu)
        at.in("cpu").fault(
            `is ${own.cpu} with its sidecars${beside}${need.cpu}: each machine of \`${vm.name}\` has ${vm.cpu}`,
            "lower it, raise the `cpu` of the machines, or put some on others",
            spec.cpu,
        );
    if (need.memory > memory)
        at.in("memory").fault(
            `is ${own.memory} with its sidecars${beside}${need.memory}: each machine of \`${vm.name}\` has ${memory} MiB for containers, ${system} less than its \`memory\``,
            "lower it, raise the `memory` of the machines, or put some on others",
        );
}

/** In an `App`, the containers on the same machines that are declared before the one which stands `at` its place. */
function declaredBefore(on: unknown, at: Place): { name: string; spec: ContainerSpec }[] {
    const own = at.path.split(".").at(-1);
    const found: { name: string; spec: ContainerSpec }[] = [];
    for (const [name, declared] of at.parts?.declared ?? []) {
        if (name === own) break;
        if (at.parts?.types.get(name) === "Container" && argumentsOf(name, at)?.on === on)
            found.push({ name, spec: readDeclared<ContainerSpec>(containerService, declared as Args) });
    }
    return found;
}
