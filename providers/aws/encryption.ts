import * as pulumi from "@pulumi/pulumi";
import { Key } from "../../components/key";
import type { Site } from "../../components/site";
import { accountOf } from "./account";
import type { Statement } from "./grants";
import { stackComponent } from "./stack-part";

/** Encryption is the key that something is encrypted with. */
export interface Encryption {
    readonly arn: pulumi.Output<string>;
    /** Lets a role use the key, but only through a service: `s3`. What is encrypted elsewhere stays closed to it. */
    through(service: string, ...actions: readonly string[]): Statement;
    /**
     * Lets a schedule's role open that schedule's input, and nothing else. The Scheduler asks KMS as the role itself, so
     * that `kms:ViaService` names nobody, and says of which schedule it is (its guide, "Encryption at rest").
     */
    ofSchedule(name: string): Statement;
}

/** The key of a component: the one that it was given, else the stack's own. */
export function encryptionKey(site: Site, given: Key | undefined): Encryption {
    const key = given ?? stackKey(site);
    const native = key.nodes.aws?.key ?? key.nodes.aws?.imported;
    if (!native) throw new pulumi.ResourceError(`Key ${key.shortName} is on ${key.cloud.name}, not on aws`, key);
    const { arn } = native;
    const { id, partition, region } = accountOf(site);
    return {
        arn,
        through: (service, ...actions) => ({
            actions,
            on: [arn],
            when: { StringEquals: { "kms:ViaService": region.apply((where) => `${service}.${where}.amazonaws.com`) } },
        }),
        ofSchedule: (name) => ({
            actions: ["kms:Decrypt"],
            on: [arn],
            when: {
                StringEquals: {
                    "kms:EncryptionContext:aws:scheduler:schedule:arn": pulumi.interpolate`arn:${partition}:scheduler:${region}:${id}:schedule/default/${name}`,
                },
            },
        }),
    };
}

/**
 * One key for all of a stack's data which has none of its own, for 1 US dollar a month: AWS's free ones can neither be
 * withdrawn, nor be left to some roles only. A provider of a component's own (another region) has one of its own.
 */
function stackKey(site: Site): Key {
    const deletionWindow = site.settings.profile === "dev" ? 7 : 30;
    return stackComponent(site, "key", (name, args, options) => new Key(name, { deletionWindow, ...args }, options));
}
