import { sharedParts } from "../stack-part";

/**
 * What the parts of a stack share, and which is no component: made when the first of them needs it, and once more for each
 * provider of a component's own. Its children's names begin with `name`.
 */
export const { part: stackPart } = sharedParts("aws", "aws:ecs/cluster:Cluster");

/** The end of a shared part's name, where there is one for each network. */
export function ofNetwork(network: { readonly ownName: string }): string {
    return network.ownName === "stack-network" ? "" : `-${network.ownName}`;
}
