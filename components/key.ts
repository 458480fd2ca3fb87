import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentOptions, type Guarded, defineService, type Parts } from "./component";
import type { Access, Link } from "./link";
import { type Field, input, number, oneOf, optional } from "./shape";

/** KeyArgs configures a {@link Key}. */
export interface KeyArgs extends Guarded<"key"> {
    /** What it is for: encrypting (AES-256-GCM), or signing. A key does one of them. @default "encrypt" */
    purpose?: "encrypt" | "sign";
    /** The signing algorithm; only for `purpose: "sign"`. @default "ecdsa-p256" */
    algorithm?: "ecdsa-p256" | "ed25519";
    /**
     * Days between rotations, 90 to 2560: new data is then encrypted by a new version, and old data stays readable. Only
     * keys that encrypt and whose material is not imported rotate by themselves. @default 90 for those
     */
    rotation?: number;
    /** Own key material, 32 bytes in base64 (bring your own key): a secret. @default made by the cloud */
    material?: pulumi.Input<string>;
    /** Days between deletion and destruction, 7 to 30, in which a deletion can be taken back. GCP changes it in no key that there is. @default 30 */
    deletionWindow?: number;
}

export interface KeySpec {
    purpose: "encrypt" | "sign";
    algorithm: "ecdsa-p256" | "ed25519";
    rotation: number | undefined;
    material: pulumi.Input<string> | undefined;
    deletionWindow: number;
}

/** KeyParts is what a driver gives back. */
export interface KeyParts extends Parts {
    /** The key's id at its cloud. */
    id: pulumi.Output<string>;
    /** Where clients open it: `awskms://…`, `gcpkms://…`. */
    url: pulumi.Output<string>;
}

export const keyService = defineService<KeyArgs, KeySpec>({
    name: "key",
    type: "Key",
    access: ["encrypt", "decrypt", "sign", "verify"],
    defaultAccess: [],
    fields: () => ({
        purpose: optional(oneOf("encrypt", "sign"), "encrypt"),
        algorithm: optional(oneOf("ecdsa-p256", "ed25519"), "ecdsa-p256"),
        rotation: optional(number({ min: 90, max: 2560, unit: "days" })),
        material: optional(input(keyMaterial)),
        deletionWindow: optional(number({ min: 7, max: 30, unit: "days" }), 30),
    }),
    rules: ({ purpose, rotation, material }, at, args) => {
        if (purpose === "sign" && rotation !== undefined)
            at.in("rotation").fault(
                "is not for keys that sign",
                "leave it out: make a new key and verify with both",
                rotation,
            );
        if (purpose === "encrypt" && args.algorithm !== undefined)
            at.in("algorithm").fault("is for keys that sign", 'leave it out, or set `purpose: "sign"`', args.algorithm);
        if (material !== undefined && rotation !== undefined)
            at.in("rotation").fault(
                "is not for imported material: no cloud rotates it",
                "leave it out, and import new material into a new key",
                rotation,
            );
        if (material !== undefined && purpose === "sign")
            at.in("material").fault(
                "can be imported for keys that encrypt only",
                'leave it out, or set `purpose: "encrypt"`',
            );
    },
    prepare: (_self, spec) => ({
        ...spec,
        rotation: spec.rotation ?? (spec.purpose === "encrypt" && spec.material === undefined ? 90 : undefined),
    }),
});

/** Never shown, right or wrong. */
const keyMaterial: Field<string> = (given, at) => {
    if (typeof given === "string" && Buffer.from(given, "base64").length === 32) return given;
    at.fault(
        "must be 32 bytes in base64",
        "make some with `openssl rand -base64 32`, and set it with `pulumi config set --secret`",
    );
    return "";
};

/**
 * Key encrypts and decrypts, or signs and verifies: its material never leaves the cloud, and every use is audited. Who `uses` it
 * gets `URL` and `ID`: on AWS the latter is what clients take; on GCP it is the URL without `gcpkms://`.
 */
export class Key extends Component<"key"> implements KeyParts {
    readonly id: pulumi.Output<string>;
    readonly url: pulumi.Output<string>;
    private readonly purpose: "encrypt" | "sign";

    constructor(name: string, args: KeyArgs = {}, options?: ComponentOptions) {
        super(keyService, name, args, options);
        this.purpose = args.purpose ?? "encrypt";
        ({ id: this.id, url: this.url } = this.parts);
    }

    /** By default a user may do all that the key is for. */
    override link(
        access: readonly Access[] = this.purpose === "sign" ? ["sign", "verify"] : ["encrypt", "decrypt"],
    ): Link {
        return super.link(access);
    }

    /** A link for less than all: `uses: [key.can("verify")]`. */
    can(...access: readonly ("encrypt" | "decrypt" | "sign" | "verify")[]): Link {
        return this.link(access);
    }
}
