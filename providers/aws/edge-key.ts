import * as pulumi from "@pulumi/pulumi";
import * as kms from "@pulumi/aws/kms";
import type { Site } from "../../components/site";
import { accountOf } from "./account";
import { edgeRegion } from "./domain";
import { keyPolicy } from "./key";
import { stackPart } from "./stack-part";
import { tags } from "./tags";

/** The stack's key where CloudFront's firewall keeps its log, for 1 US dollar a month: a key serves its own region only. */
export function edgeKey(site: Site): kms.Key {
    return stackPart(site, "edgeKey", (own) =>
        own.make(
            "key",
            kms.Key,
            {
                description: `${own.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
                enableKeyRotation: true,
                deletionWindowInDays: own.settings.profile === "dev" ? 7 : 30,
                policy: keyPolicy({ ...accountOf(own), region: pulumi.output(edgeRegion) }),
                region: edgeRegion,
                tags: tags(own),
            },
            { main: true, protect: own.settings.protect },
        ),
    );
}
