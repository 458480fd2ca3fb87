import * as pulumi from "@pulumi/pulumi";
import type { ContainerSpec } from "../../components/container";
import type { Site } from "../../components/site";
import { linked } from "../../components/workload";
import { pulls } from "./container-machines";
import { type Connect, keyOf, type Permit, permitsOf } from "./grants";
import { linesOfDocker, speaks } from "./last-words";
import { unique } from "./names";
import { connections } from "./network-firewall";
import { later, type Placed } from "./places";
import { type Pool, poolOf } from "./pool";
import { permit } from "./role";

/**
 * Has a VM's machines run a container: its rights and ways become theirs.
 *
 * @throws when the VM was made on another cloud
 */
export function place(site: Site, spec: ContainerSpec): { pool: Pool; placed: Placed } {
    const vm = spec.on!;
    const pool = poolOf(vm);
    if (!pool)
        throw new pulumi.ResourceError(
            `Container ${site.name}: on: VM ${vm.shortName} is on ${vm.cloud.name}, not on gcp`,
            site.component,
            true,
        );
    const { places, machines } = pool;
    const beside = Object.entries(spec.sidecars).map(([name, one]) => ({ own: `beside-${name}`, spec: one }));
    const runs = [{ own: "main", spec }, ...beside].map((one) => ({ ...one, grant: linked(one.spec.uses) }));
    const { role, connect, calls } = permitsOf(runs.flatMap(({ grant }) => grant.permits));
    const placed: Placed = {
        name: site.name,
        spec,
        runs,
        base: unique(site, "machine", 40),
        hosted: Object.fromEntries(
            Object.entries(spec.ports).map(([name, port]) => [
                name,
                { ...port, port: places.reserve(`${site.name}/${name}`) },
            ]),
        ),
        answered: places.reserve(`${site.name}/`),
        after: permitAlso(pool, { role: [...role, ...pulls(spec)], connect, calls }),
    };
    places.add(placed);
    machines.heal();
    if (places.here.length === 1) speakTogether(pool);
    return { pool, placed };
}

const permitted = new WeakMap<Pool, Set<string>>();

/** When the machines fail, it is one of their containers that has something to say. */
function speakTogether({ site, machines, places }: Pool): void {
    const lines = later(places, (all) => pulumi.all(all.map(({ base }) => linesOfDocker(base))));
    const filter = pulumi.output(lines).apply((all) => all.map((one) => `(${one})`).join(" OR "));
    const logs = places.all.then((all) => all.map(({ spec }) => spec.log));
    speaks(site, machines.manager, { filter, logs });
}

/**
 * What machines may do and reach for a container, besides what they may already. It is theirs, and named by them: two containers
 * may use the same, and when one of them goes, the other one's right must stay.
 */
function permitAlso(pool: Pool, { role, connect, calls }: Required<Permit>): pulumi.Resource[] {
    const { site, network, account, connects } = pool;
    const wayOf = ({ to, port }: Connect) => `${to}:${port}`;
    let known = permitted.get(pool);
    if (!known) permitted.set(pool, (known = new Set([...account.may.map(keyOf), ...connects.map(wayOf)])));
    const fresh = <T>(all: readonly T[], key: (one: T) => string): T[] =>
        all.filter((one) => !known.has(key(one)) && known.add(key(one)));
    return [
        ...permit(site, account.account, fresh(role, keyOf)),
        ...connections(site, network, fresh(connect, wayOf)),
        ...network.runNames(calls),
        ...network.imageNames(),
    ];
}
