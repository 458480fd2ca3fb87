import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentOptions, type Guarded, defineService, type Parts } from "./component";
import type { Key } from "./key";
import type { Link } from "./link";
import { encryptingKey } from "./reference";
import { input, number, oneOf, optional, record, secretText } from "./shape";

/** SecretArgs configures a {@link Secret}. Exactly one of `value` and `generate`. */
export interface SecretArgs extends Guarded<"secret"> {
    /** The value, from `config.requireSecret(…)`: it never stands in plain text in state, outputs or logs. */
    value?: pulumi.Input<string>;
    /** Makes a random value, which nobody ever sees. */
    generate?: GenerateArgs;
    /** Days after which a generated value is replaced by a new one, 1 to 3650. @default never */
    rotation?: number;
    /** Encrypts it. @default the cloud's own key */
    key?: Key;
}

export interface GenerateArgs {
    /** Characters, 16 to 512. @default 32 */
    length?: number;
    /** @default "alphanumeric" */
    alphabet?: "alphanumeric" | "hex" | "printable";
}

export interface SecretSpec {
    value: pulumi.Input<string> | undefined;
    generate: Required<GenerateArgs> | undefined;
    rotation: number | undefined;
    key: Key | undefined;
}

/** SecretParts is what a driver gives back: never the value. */
export interface SecretParts extends Parts {
    /** Its id at its cloud. */
    id: pulumi.Output<string>;
}

export const secretService = defineService<SecretArgs, SecretSpec>({
    name: "secret",
    type: "Secret",
    access: ["read", "file"],
    defaultAccess: ["read"],
    fields: () => ({
        value: optional(input(secretText)),
        generate: optional(
            record<Required<GenerateArgs>>({
                length: optional(number({ min: 16, max: 512, unit: "characters" }), 32),
                alphabet: optional(oneOf("alphanumeric", "hex", "printable"), "alphanumeric"),
            }),
        ),
        rotation: optional(number({ min: 1, max: 3650, unit: "days" })),
        key: optional(encryptingKey<Key>()),
    }),
    rules: ({ value, generate, rotation }, at) => {
        if ((value === undefined) === (generate === undefined)) {
            at.fault(
                `has ${value === undefined ? "neither `value` nor" : "both `value` and"} \`generate\``,
                "give exactly one of them",
            );
        }
        if (rotation !== undefined && generate === undefined)
            at.in("rotation").fault(
                "is for a generated value",
                "leave it out, and change the value yourself",
                rotation,
            );
    },
});

/** Secret is a value that only those see who `uses` it: as the variable of its name, by reference. */
export class Secret extends Component<"secret"> implements SecretParts {
    readonly id: pulumi.Output<string>;

    constructor(name: string, args: SecretArgs, options?: ComponentOptions) {
        super(secretService, name, args, options);
        ({ id: this.id } = this.parts);
    }

    /** A link that gives it as a file, for what cannot read it from a variable: `API_KEY_FILE` then holds the file's path. */
    asFile(): Link {
        return this.link(["file"]);
    }
}
