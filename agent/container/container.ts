import { balancers } from "../balancer/engine";
import { holdImage } from "../image/store";
import { type Host, type Kind } from "../kind";
import { type Bake, Fleet } from "./fleet";
import { type ContainerInputs, type ContainerOutputs } from "./inputs";
import { identityOf, programOf } from "./program";
import { Serial } from "./serial";
import { Doors, type InternalDoors } from "./doors";
import { type Workload } from "./unit";

/** Containers: images as supervised processes of this machine, with replicas, health checks and rollouts. */
export function containerKind(
    host: Host,
    internal: InternalDoors,
    bake?: Bake,
): Kind<ContainerInputs, ContainerOutputs> {
    const fleets = new Map<string, { fleet: Fleet; doors: Doors; release: () => void }>();
    const serial = new Serial();

    return {
        name: "Container",
        replaceOn: ["name"],
        secrets: ["secretEnv", "secretFiles"],

        apply: (id, inputs, call) =>
            serial.run(id, async () => {
                const owner = `Container/${id}`;
                const known = fleets.get(id);
                const entry = known ?? {
                    fleet: new Fleet(host, owner, bake),
                    doors: new Doors(internal, owner),
                    release: () => undefined,
                };
                const directories = [inputs.image, ...inputs.sidecars.map(({ image }) => image)].map(
                    ({ directory }) => directory,
                );
                const releases = directories.map((directory) => holdImage(host, directory));
                const release = () => releases.forEach((each) => each());
                try {
                    const workload = await workloadOf(host, id, inputs);
                    const internalUrls = await entry.doors.open(inputs.ports);
                    fleets.set(id, entry);
                    await entry.fleet.apply(workload, inputs.replicas, inputs.rollout, call);
                    entry.release();
                    entry.release = release;
                    return { ...outputsOf(id, inputs), internalUrls, running: entry.fleet.running };
                } catch (error) {
                    release();
                    if (known === undefined && !call.restoring) {
                        fleets.delete(id);
                        await entry.fleet.stop();
                        await entry.doors.close();
                    }
                    throw error;
                }
            }),

        async read(id, { inputs, outputs }) {
            const entry = fleets.get(id);
            if (entry === undefined) {
                return undefined;
            }
            const { running } = entry.fleet;
            // Fewer than asked for: one has crashed and waits for its next start.
            const min = Math.min(inputs.replicas.min, running);
            return { inputs: { ...inputs, replicas: { ...inputs.replicas, min } }, outputs: { ...outputs, running } };
        },

        remove: (id, inputs) =>
            serial.run(id, async () => {
                const entry = fleets.get(id);
                fleets.delete(id);
                await entry?.fleet.remove();
                await (entry?.doors ?? new Doors(internal, `Container/${id}`)).remove(inputs?.ports ?? []);
                entry?.release();
                host.identities.revoke(`Container/${id}`);
            }),

        async stop() {
            await Promise.all(
                [...fleets.values()].map(({ fleet, doors }) => Promise.all([fleet.stop(), doors.close()])),
            );
            fleets.clear();
        },
    };
}

async function workloadOf(host: Host, id: string, inputs: ContainerInputs): Promise<Workload> {
    const owner = `Container/${id}`;
    const identity = identityOf(host, owner, inputs.permits);
    const sidecars = await Promise.all(
        inputs.sidecars.map((sidecar) => programOf(host, `${owner}, sidecar ${sidecar.name}`, sidecar)),
    );
    const { name: _, ...main } = inputs;
    return {
        owner,
        name: id,
        log: inputs.log,
        programs: [...sidecars, await programOf(host, owner, main)],
        identity,
        ports: inputs.ports,
        health: inputs.health,
        stopGraceSeconds: inputs.stopGraceSeconds,
    };
}

function outputsOf(id: string, inputs: ContainerInputs): Pick<ContainerOutputs, "id" | "digest" | "services"> {
    const services = Object.fromEntries(inputs.ports.map(({ name }) => [name, `Container/${id}/${name}`]));
    return { id, digest: inputs.image.digest ?? "", services };
}
