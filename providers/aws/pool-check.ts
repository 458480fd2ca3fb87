import type { Check } from "../../components/cloud";
import type { ContainerSpec } from "../../components/container";
import { type Network, networkService, type NetworkSpec } from "../../components/network";
import { argumentsOf } from "../../components/reference";
import type { Place } from "../../components/shape";
import { type Machines, machinesOf, readDeclared, together } from "../workload-check";
import { taskSize } from "./task-size";

/** What a container cannot be on the machines of a VM. */
export const checkPool: Check<"container"> = (spec, at, args) => {
    const machines = machinesOf(spec, at, args, "aws");
    if (!machines) return;
    checkWayOut(machines.network, machines.name, at);
    checkSize(spec, machines, at);
};

/**
 * A container has a network interface of its own. On Fargate it may get a public address, on machines never: `assignPublicIp`
 * is for Fargate only. Source: the task networking of Amazon ECS for EC2. Where nothing gets out (`none`), AWS's APIs have endpoints.
 *
 * @param network - of the machines, and so of the container; in an `App` its name, unset for the stack's own
 */
function checkWayOut(network: Network | string | undefined, name: string, at: Place): void {
    const declared = network === undefined ? {} : argumentsOf(network, at);
    if (!declared) return; // a fault of the machines
    const { egress, existing } = readDeclared<NetworkSpec>(networkService, declared);
    if (egress !== "public-address") return;
    const own = typeof network === "object" ? network.shortName : network;
    const from = own === undefined ? "the stack's own network" : `\`${own}\``;
    at.in("on").fault(
        `has no way to the internet or to AWS from ${from}, whose \`egress\` is "public-address": on aws a container on machines gets no public address`,
        existing === undefined
            ? 'give them a `network` with `egress: "nat-instance"` or "nat-gateway"'
            : 'set `egress: "nat-gateway"` of it, if its private subnets have one',
        name,
    );
}

function checkSize(spec: ContainerSpec, vm: Machines, at: Place): void {
    const { cpu, memory } = together([spec, ...Object.values(spec.sidecars)]);
    if (cpu > vm.cpu)
        at.in("cpu").fault(
            `is ${cpu} with its sidecars: each machine of \`${vm.name}\` has ${vm.cpu}`,
            "lower it, or raise the `cpu` of the machines",
            spec.cpu,
        );
    const taken = taskSize(cpu, memory)?.memory ?? memory;
    // A task as large as the machine is never placed: ECS counts what the system leaves.
    if (taken >= vm.memory)
        at.in("memory").fault(
            `is ${memory} MiB with its sidecars, for which ECS takes ${taken}: each machine of \`${vm.name}\` has ${vm.memory}, and its system needs some`,
            "lower it, or raise the `memory` of the machines",
        );
}
