// Stacks of the real engine, by the Automation API, in a temp folder with an agent of its own.
import * as fs from "node:fs";
import * as path from "node:path";
import * as auto from "@pulumi/pulumi/automation";
import type * as pulumi from "@pulumi/pulumi";
import "../../components/connections";
import { LocalResource } from "../../providers/local/resource";
import { testHome } from "../agent/harness";

/** The folder of the Pulumi CLI: `MVI_PULUMI`, `.tools/bin`, or else where PATH has it. */
export function withCli(): string {
    const folders = [
        process.env.MVI_PULUMI,
        path.resolve(__dirname, "../../.tools/bin"),
        ...(process.env.PATH ?? "").split(":"),
    ];
    const folder = folders.find((each) => each && fs.existsSync(path.join(each, "pulumi")));
    if (!folder) {
        throw new Error("no pulumi CLI in MVI_PULUMI, .tools/bin or PATH: install it, or set MVI_PULUMI to its folder");
    }
    return folder;
}

export function pulumiHome(environment: NodeJS.ProcessEnv = {}) {
    const cli = withCli();
    const home = testHome(environment);
    const agents = path.join(home.root, "agents");
    Object.assign(process.env, {
        PATH: `${cli}:${process.env.PATH}`,
        MVI_HOME: agents,
        PULUMI_HOME: path.join(home.root, "pulumi"),
        PULUMI_BACKEND_URL: `file://${home.root}`,
        PULUMI_CONFIG_PASSPHRASE: "passphrase",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        ...environment,
    });
    return {
        root: home.root,
        agents,
        /** The agent of the stack: to look at it, and for `close` to end it. */
        agent: (stack = "project/dev", within = agents) => home.agent(stack, within),
        close: () => home.close(),
        async stack(program: auto.PulumiFn, stackName = "dev"): Promise<auto.Stack> {
            home.agent(`project/${stackName}`, agents);
            return auto.LocalWorkspace.createOrSelectStack({ projectName: "project", stackName, program });
        },
    };
}

/** The kind `Fake` of tests/agent/kinds.ts. */
export class Fake extends LocalResource {
    declare readonly file: pulumi.Output<string>;
    declare readonly pid: pulumi.Output<number>;
    declare readonly token: pulumi.Output<string>;
    constructor(name: string, inputs: pulumi.Inputs, options?: pulumi.CustomResourceOptions) {
        super("Fake", name, { file: undefined, pid: undefined, token: undefined, ...inputs }, options);
    }
}

/** What `stack` has of the resource, as the engine keeps it, with secrets as their ciphertext is: not shown. */
export async function stateOf(stack: auto.Stack, name: string): Promise<Resource> {
    const { deployment } = (await stack.exportStack()) as { deployment: { resources?: Resource[] } };
    const found = deployment.resources?.find(({ urn }) => urn.endsWith(`::${name}`));
    if (!found) {
        throw new Error(`there is no ${name} in the state of ${stack.name}`);
    }
    return found;
}

interface Resource {
    readonly urn: string;
    readonly id: string;
    readonly inputs: Record<string, unknown>;
    readonly outputs: Record<string, unknown>;
}

/** The steps of an operation: `create a`. */
export function steps(events: auto.EngineEvent[]): string[] {
    return events.flatMap(({ resourcePreEvent }) => {
        const { op, urn, type } = resourcePreEvent?.metadata ?? {};
        return op && op !== "same" && urn && type?.startsWith("mvi-local:") ? [`${op} ${urn.split("::").pop()}`] : [];
    });
}
