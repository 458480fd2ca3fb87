import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as ecr from "@pulumi/aws/ecr";
import * as docker from "@pulumi/docker-build";
import type { DriverOf } from "../../components/cloud";
import type { ImageSpec } from "../../components/image";
import type { Site } from "../../components/site";
import { contentTag } from "../image-build";
import { givenImage } from "../image-given";
import { encryptionKey } from "./encryption";
import { tags } from "./tags";

/** An image in a registry of its own, built here and pushed; or one by digest, wherever it is. */
export const image: DriverOf<"image"> = (site, spec) =>
    spec.reference === undefined ? build(site, spec) : givenImage(spec.reference);

function build(site: Site, { context, dockerfile, target, args, platforms }: ImageSpec) {
    const repository = site.make(
        "repository",
        ecr.Repository,
        {
            imageTagMutability: "IMMUTABLE",
            imageScanningConfiguration: { scanOnPush: true },
            encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: encryptionKey(site, undefined).arn }],
            forceDelete: !site.settings.protect,
            tags: tags(site),
        },
        { main: true },
    );
    // By number and not by age: what is deployed is the newest, however old it is.
    site.make("lifecycle", ecr.LifecyclePolicy, {
        repository: repository.name,
        policy: JSON.stringify({
            rules: [
                {
                    rulePriority: 1,
                    description: "The newest 50",
                    selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 50 },
                    action: { type: "expire" },
                },
            ],
        }),
    });
    const provider = site.component.getProvider("aws:index:getAuthorizationToken");
    const login = ecr.getAuthorizationTokenOutput({ registryId: repository.registryId }, { provider });
    const folder = path.resolve(context!);
    const file = path.join(folder, dockerfile);
    const tag = contentTag({ context: folder, dockerfile: file, target, args, platforms });
    const built = site.make("build", docker.Image, {
        context: { location: folder },
        dockerfile: { location: file },
        target,
        buildArgs: args,
        platforms: platforms.map((platform) => platform as docker.Platform),
        push: true,
        // A tag can be pushed once only: it says what it holds.
        tags: [pulumi.interpolate`${repository.repositoryUrl}:${tag}`],
        registries: [
            { address: repository.repositoryUrl, username: login.userName, password: pulumi.secret(login.password) },
        ],
    });
    return { digest: built.digest, reference: pulumi.interpolate`${repository.repositoryUrl}@${built.digest}` };
}
