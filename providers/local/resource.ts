/** The base of the resources that the agent on this machine keeps. */

import * as pulumi from "@pulumi/pulumi";
import { installPlugin } from "../../plugin/install";
import { tokenOf } from "../../plugin/names";

/**
 * LocalResource is one resource of the stack's agent.
 *
 * A subclass names its outputs as properties, and passes them as `undefined` before the inputs, for Pulumi to know them:
 * `super("Bucket", name, { endpoint: undefined, ...inputs }, options)`.
 */
export abstract class LocalResource extends pulumi.CustomResource {
    /** `<project>/<stack>`: the agent that keeps it. */
    declare readonly agent: pulumi.Output<string>;
    /** Its name there, unique for the kind in the stack. */
    declare readonly resourceName: pulumi.Output<string>;

    /**
     * @param kind - the agent's kind, such as `Bucket`
     * @param name - the logical name
     * @param inputs - the kind's inputs; its name in the agent is their `name` if they have one, else the logical name
     */
    constructor(kind: string, name: string, inputs: pulumi.Inputs, options?: pulumi.CustomResourceOptions) {
        const agent = `${pulumi.getProject()}/${pulumi.getStack()}`;
        super(
            tokenOf(kind),
            name,
            { resourceName: inputs.name ?? name, agent, ...inputs },
            pulumi.mergeOptions({ version: installPlugin() }, options),
        );
    }
}
