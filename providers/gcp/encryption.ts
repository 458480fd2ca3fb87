import * as pulumi from "@pulumi/pulumi";
import * as kms from "@pulumi/gcp/kms";
import { Key } from "../../components/key";
import type { Site } from "../../components/site";
import { type AgentOf, agentOf } from "./agents";
import { stackComponent, stackPart } from "./stack-part";

/** Encryption is the key that something is encrypted with. */
export interface Encryption {
    /** Its whole name: `projects/…/locations/…/keyRings/…/cryptoKeys/…`. Known when the service may use the key. */
    readonly name: pulumi.Output<string>;
    /** What must be there before the service uses the key, and as long as it does. */
    readonly ready: pulumi.Resource[];
}

/**
 * The key of a component, the one that it was given, else the stack's own; and the grant by which the service's agent uses
 * it. Nobody else needs one: who may read an object, a secret or a row, reads it, and the service opens it.
 */
export function encryptionKey(site: Site, given: Key | undefined, service: AgentOf): Encryption {
    const key = given ?? stackKey(site);
    const native = key.nodes.gcp?.key;
    if (!native) throw new pulumi.ResourceError(`Key ${key.shortName} is on ${key.cloud.name}, not on gcp`, key);
    const grant = stackPart(site, "keyUsers", (part) => {
        const grants = new Map<string, pulumi.Resource>();
        return (of: Key, wanted: AgentOf) => {
            const instance = `${of.ownName}-${wanted}`;
            let made = grants.get(instance);
            if (!made) {
                made = part.make(
                    "grant",
                    kms.CryptoKeyIAMMember,
                    {
                        cryptoKeyId: of.nodes.gcp!.key!.id,
                        role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
                        member: agentOf(part, wanted),
                    },
                    { instance },
                );
                grants.set(instance, made);
            }
            return made;
        };
    })(key, service);
    return { name: key.id, ready: [grant] };
}

/**
 * One key for all of a stack's data which has none of its own, for 6 US cents a month and version: Google's free ones can
 * neither be withdrawn, nor be left to some services only. A provider of a component's own (another region) has one of its own.
 */
function stackKey(site: Site): Key {
    const deletionWindow = site.settings.profile === "dev" ? 7 : 30;
    return stackComponent(site, "key", (name, args, options) => new Key(name, { deletionWindow, ...args }, options));
}
