import type * as pulumi from "@pulumi/pulumi";
import type { Site } from "../../components/site";
import type { VM } from "../../components/vm";
import type { Connect } from "./grants";
import type { MachineGroup } from "./machine-group";
import type { GcpNetwork } from "./network";
import type { Places } from "./places";
import type { Role } from "./role";

/** Pool is a VM's machines, as far as containers run on them: each machine runs each container once. */
export interface Pool {
    /** The VM's own. */
    readonly site: Site;
    readonly network: GcpNetwork;
    readonly account: Role;
    readonly machines: MachineGroup;
    readonly places: Places;
    /** What they reach without a container. */
    readonly connects: readonly Connect[];
}

const pools = new WeakMap<pulumi.ComponentResource, Pool>();

export function keepPool(component: pulumi.ComponentResource, pool: Pool): void {
    pools.set(component, pool);
}

/** The machines of a VM. Undefined when it was made on another cloud. */
export function poolOf(vm: VM): Pool | undefined {
    return pools.get(vm);
}
