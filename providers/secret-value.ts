/** Where a secret's value comes from and by what names its users get it, the same on each cloud. */

import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import type { Access, Grant } from "../components/link";
import type { GenerateArgs, SecretSpec } from "../components/secret";
import type { Site } from "../components/site";

/** The value that was given, or else the child `generated`: a random text as it was asked for. */
export function valueOf(
    site: Site,
    { value, generate }: Pick<SecretSpec, "value" | "generate">,
): pulumi.Output<string> {
    return pulumi.secret(generate ? generated(site, generate) : value!);
}

/** What a link to it gives: the variable with the value, the one with the path of its file, or both. */
export function variables(access: readonly Access[], from: pulumi.Output<string>): Omit<Grant, "permits"> {
    return {
        env: {},
        secrets: access.includes("read") ? { "": from } : {},
        files: access.includes("file") ? { FILE: from } : {},
    };
}

function generated(site: Site, { length, alphabet }: Required<GenerateArgs>): pulumi.Output<string> {
    return site.make("generated", RandomPassword, { length, ...characters[alphabet] }).result;
}

const characters = {
    alphanumeric: { special: false },
    hex: { upper: false, lower: false, numeric: false, overrideSpecial: "0123456789abcdef" },
    printable: { overrideSpecial: "!#$%&*+-./:;<=>?@^_~" },
} as const;
