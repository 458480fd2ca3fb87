import { sharedParts } from "../stack-part";
import type { AwsStack } from "./types-stack";

/** What the parts of a stack share on AWS: see {@link SharedParts}. */
export const { part: stackPart, component: stackComponent } = sharedParts<keyof AwsStack>(
    "aws",
    "aws:ecs/cluster:Cluster",
);

/** The end of a shared part's name, where there is one for each network. */
export function ofNetwork(network: { readonly ownName: string }): string {
    return network.ownName === "stack-network" ? "" : `-${network.ownName}`;
}
