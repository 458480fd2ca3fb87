import { balancers } from "../balancer/engine";
import { type Host, type Kind } from "../kind";
import { type InternalDoors } from "./doors";
import { type Bake } from "./fleet";
import { fleetKind } from "./fleet-kind";
import { healthOf } from "./health";
import { type ContainerInputs, type ContainerOutputs } from "./inputs";
import { identityOf, programOf } from "./program";
import { type Workload } from "./workload";

/** Containers: images as supervised processes of this machine, with replicas, health checks and rollouts. */
export function containerKind(
    host: Host,
    internal: InternalDoors = balancers(host),
    bake?: Bake,
): Kind<ContainerInputs, ContainerOutputs> {
    return fleetKind<ContainerInputs, { digest: string }>(
        host,
        {
            name: "Container",
            secrets: ["secretEnv", "secretFiles"],
            stable: { digest: ["image"] },
            images: ({ image, sidecars }) =>
                [image, ...sidecars.map((each) => each.image)].map(({ directory }) => directory),
            values: ({ secretEnv, secretFiles, sidecars }) =>
                [
                    secretEnv,
                    secretFiles,
                    ...sidecars.flatMap((each) => [each.secretEnv, each.secretFiles ?? {}]),
                ].flatMap((each) => Object.values(each)),
            workload: (id, owner, inputs) => workloadOf(host, id, owner, inputs),
            rollout: ({ rollout }) => rollout,
            seen: ({ image }) => ({ image }),
            outputs: ({ image }) => ({ digest: image.digest ?? "" }),
        },
        internal,
        bake,
    );
}

async function workloadOf(host: Host, id: string, owner: string, inputs: ContainerInputs): Promise<Workload> {
    const sidecars = inputs.sidecars.map((sidecar) => programOf(host, `${owner}, sidecar ${sidecar.name}`, sidecar));
    const { name: _, ...main } = inputs;
    return {
        owner,
        name: id,
        log: inputs.log,
        programs: [...(await Promise.all(sidecars)), await programOf(host, owner, main)],
        identity: await identityOf(host, owner, inputs.permits),
        ports: inputs.ports,
        health: healthOf(inputs),
        stopGraceSeconds: inputs.stopGraceSeconds,
    };
}
