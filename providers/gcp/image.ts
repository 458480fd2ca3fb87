import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as artifactregistry from "@pulumi/gcp/artifactregistry";
import * as docker from "@pulumi/docker-build";
import type { DriverOf } from "../../components/cloud";
import type { ImageSpec } from "../../components/image";
import type { Site } from "../../components/site";
import { givenImage } from "../image-given";
import { encryptionKey } from "./encryption";
import { deletion } from "./guard";
import { scanning } from "./image-scanning";
import { labels } from "./labels";
import { unique } from "./names";
import { projectOf } from "./project";

/** An image in a repository of its own, built here and pushed; or one by digest, wherever it is. */
export const image: DriverOf<"image"> = (site, spec) =>
    spec.reference === undefined ? build(site, spec) : givenImage(spec.reference);

function build(site: Site, { context, dockerfile, target, args, platforms }: ImageSpec) {
    const { id: project, region, token } = projectOf(site);
    const encryption = encryptionKey(site, undefined, "artifactregistry");
    const repository = site.make(
        "repository",
        artifactregistry.Repository,
        {
            repositoryId: unique(site, undefined, 63),
            description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            format: "DOCKER",
            mode: "STANDARD_REPOSITORY",
            location: region,
            kmsKeyName: encryption.name,
            dockerConfig: { immutableTags: true },
            // By number and not by age: what is deployed is the newest, however old it is.
            cleanupPolicies: [
                { id: "old", action: "DELETE", condition: { tagState: "ANY", olderThan: "86400s" } },
                { id: "newest", action: "KEEP", mostRecentVersions: { keepCount: 50 } },
            ],
            cleanupPolicyDryRun: false,
            vulnerabilityScanningConfig: { enablementConfig: "INHERITED" },
            labels: labels(site),
            ...deletion(site),
        },
        { main: true, dependsOn: [...encryption.ready, scanning(site)] },
    );
    const host = pulumi.interpolate`${region}-docker.pkg.dev`;
    const name = pulumi.interpolate`${host}/${project}/${repository.repositoryId}/image`;
    const folder = path.resolve(context!);
    const built = site.make("build", docker.Image, {
        context: { location: folder },
        dockerfile: { location: path.join(folder, dockerfile) },
        target,
        buildArgs: args,
        platforms: platforms.map((platform) => platform as docker.Platform),
        // Without a tag: a tag that cannot be moved keeps its image from being cleaned up, for ever.
        exports: [{ image: { names: [name], push: true, pushByDigest: true } }],
        push: false,
        registries: [{ address: host, username: "oauth2accesstoken", password: token }],
    });
    return { digest: built.digest, reference: pulumi.interpolate`${name}@${built.digest}` };
}
