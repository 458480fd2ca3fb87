import * as pulumi from "@pulumi/pulumi";
import { getClientConfigOutput } from "@pulumi/gcp/organizations/getClientConfig";
import { getProjectServiceAccount } from "@pulumi/gcp/storage/getProjectServiceAccount";
import { stackScope } from "../../components/cloud";
import type { Site } from "../../components/site";
import { answerOf } from "./question";

/** Project is where a stack's resources are made. */
export interface Project {
    /** Its id: `shop-prod`. */
    readonly id: pulumi.Output<string>;
    /** Its number, by which Google's own service agents are called. */
    readonly number: pulumi.Output<string>;
    /** Such as `europe-west1`. */
    readonly region: pulumi.Output<string>;
    /** A short-lived token of whoever runs `pulumi`: for the few calls that no resource makes. */
    readonly token: pulumi.Output<string>;
}

const known = new WeakMap<object, Map<pulumi.ProviderResource | undefined, Project>>();

/**
 * The project and region of a component: asked for once in a stack, and once more for each provider of its own.
 *
 * @throws when the stack says neither, with the command that says it
 */
export function projectOf({ component }: Pick<Site, "component">): Project {
    const scope = stackScope();
    const projects = known.get(scope) ?? new Map<pulumi.ProviderResource | undefined, Project>();
    known.set(scope, projects);
    const provider = component.getProvider("gcp:organizations/getClientConfig:getClientConfig");
    let project = projects.get(provider);
    if (!project) {
        const config = getClientConfigOutput({ provider });
        // The token is a secret, and so all that comes with it: an app's URL would not be shown.
        const plain = pulumi.unsecret(config);
        const id = plain.apply((found) => required("project", "shop-prod", found.project));
        project = {
            id,
            // Not `organizations.getProject`: it asks for the project's bill too, by an API of its own.
            number: answerOf({ component }, "storage", getProjectServiceAccount, { project: id }).emailAddress.apply(
                numberIn,
            ),
            region: plain.apply((found) => required("region", "europe-west1", found.region)),
            token: pulumi.secret(config.accessToken),
        };
        projects.set(provider, project);
    }
    return project;
}

/** Cloud Storage's agent is called by it: `service-123@gs-project-accounts.iam.gserviceaccount.com`. */
function numberIn(email: string): string {
    const [, number] = /^service-(\d+)@/.exec(email) ?? [];
    if (number) return number;
    throw new pulumi.RunError(`Cloud Storage's service agent is ${email}, in which there is no number of a project`);
}

/** @throws when it is not said, with the command that says it */
export function required(key: "project" | "region", like: string, found: string | undefined): string {
    if (found) return found;
    throw new pulumi.RunError(
        `The stack does not say in which ${key} of Google Cloud it is: run \`pulumi config set gcp:${key} ${like}\`, with yours`,
    );
}
