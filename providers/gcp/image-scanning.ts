import * as pulumi from "@pulumi/pulumi";
import type { Site } from "../../components/site";
import { deploys } from "../deploys";
import { api } from "./apis";
import { type Ask, askAs, Refusal } from "./google-api";
import { projectOf } from "./project";

const scanner = "containerscanning.googleapis.com";

/**
 * Has the images that are pushed looked through for known holes, which is a service of the project's: for 26 US cents an image.
 * A repository takes part when it is on.
 */
export function scanning(site: Site): pulumi.Resource {
    const { id, token } = projectOf(site);
    const service = () =>
        pulumi
            .all([id, token])
            .apply(([project, bearer]) => (deploys() ? offered(askAs(bearer), project) : Promise.resolve(scanner)));
    return api(site, "containerscanning", () => pulumi.unsecret(service()));
}

/**
 * The service that scans; where there is none, as in the clouds that Google's partners run, the one that keeps images, and a
 * warning: images are kept, and run, without.
 */
export async function offered(ask: Ask, project: string): Promise<string> {
    try {
        await ask("serviceusage", "GET", `projects/${project}/services/${scanner}`);
        return scanner;
    } catch (error) {
        if (!(error instanceof Refusal) || error.status !== 404) throw error;
        await pulumi.log.warn(
            `Images are not looked through for known holes: project ${project} is offered no ${scanner}`,
        );
        return "artifactregistry.googleapis.com";
    }
}
