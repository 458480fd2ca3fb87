import * as pulumi from "@pulumi/pulumi";
import * as artifactregistry from "@pulumi/gcp/artifactregistry";
import type { Image } from "../../components/image";
import type { Site } from "../../components/site";
import { encryptionKey } from "./encryption";
import { labels } from "./labels";
import { unique } from "./names";
import { projectOf } from "./project";
import { stackPart } from "./stack-part";

/** Where Cloud Run gets images from by itself: Artifact Registry, and Docker Hub. */
const known = /^([a-z0-9-]+-docker\.pkg\.dev|([a-z]+\.)?gcr\.io|docker\.io|index\.docker\.io)$/;

/**
 * The reference by which Cloud Run gets an image. It knows no other registry than Google's and Docker Hub: from any other, the
 * image comes through a repository of the stack's own, that fetches what it is asked for and keeps it. The digest stays.
 What is not for its only processor is refused by checks.ts.
 */
export function imageFor(site: Site, image: Image): pulumi.Output<string> {
    const { reference } = image.spec;
    if (typeof reference !== "string") return image.reference;
    const [host, ...path] = reference.split("/");
    if (!path.length || !/[.:]/.test(host) || known.test(host)) return image.reference;
    const { id: project, region } = projectOf(site);
    return pulumi.interpolate`${region}-docker.pkg.dev/${project}/${fetcher(site, host)}/${path.join("/")}`;
}

/** The id of the repository that fetches from a registry: one for each in a stack. */
function fetcher(site: Site, host: string): pulumi.Output<string> {
    const { name: kmsKeyName, ready } = encryptionKey(site, undefined, "artifactregistry");
    return stackPart(site, "images", (part) => {
        const made = new Map<string, pulumi.Output<string>>();
        return (from: string) => {
            const instance = from.replace(/[^a-z0-9]+/g, "-");
            let id = made.get(instance);
            if (!id) {
                const repository = part.make(
                    "fetcher",
                    artifactregistry.Repository,
                    {
                        repositoryId: unique(part, "fetcher", 63, instance),
                        description: `Images of ${from}, for Cloud Run`,
                        format: "DOCKER",
                        mode: "REMOTE_REPOSITORY",
                        location: projectOf(part).region,
                        kmsKeyName,
                        remoteRepositoryConfig: {
                            description: from,
                            commonRepository: { uri: `https://${from}` },
                        },
                        // It can be fetched again. What runs is fetched anew as well, when it is started somewhere.
                        cleanupPolicies: [
                            { id: "old", action: "DELETE", condition: { tagState: "ANY", olderThan: "7776000s" } },
                        ],
                        cleanupPolicyDryRun: false,
                        labels: labels(part),
                        deletionPolicy: "DELETE",
                    },
                    { instance, dependsOn: ready },
                );
                made.set(instance, (id = repository.repositoryId));
            }
            return id;
        };
    })(host);
}
