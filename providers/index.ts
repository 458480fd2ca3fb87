import * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../components/cloud";
import type { CloudName } from "../components/settings";

/** What each cloud needs installed beside this package. */
const needs: Readonly<Record<CloudName, readonly string[]>> = {
    aws: ["@pulumi/aws", "@pulumi/docker-build", "@pulumi/random"],
    gcp: ["@pulumi/gcp", "@pulumi/docker-build", "@pulumi/random"],
    local: [],
};

/**
 * Opens one cloud, and loads no other's SDK.
 *
 * @throws {@link pulumi.RunError} with the `npm install` command when what it needs is not installed
 */
export function open(name: CloudName): Cloud {
    const missing = needs[name].filter((dependency) => !installed(dependency));
    if (missing.length) {
        throw new pulumi.RunError(
            `The cloud ${name} needs ${missing.join(", ")}, not installed here: run \`npm install ${missing.join(" ")}\``,
        );
    }
    return loaders[name]();
}

/* eslint-disable @typescript-eslint/no-require-imports -- synchronous, so that no child is lost: see openCloud */
const loaders: Readonly<Record<CloudName, () => Cloud>> = {
    aws: () => (require("./aws") as { cloud: Cloud }).cloud,
    gcp: () => (require("./gcp") as { cloud: Cloud }).cloud,
    local: () => (require("./local") as { cloud: Cloud }).cloud,
};
/* eslint-enable @typescript-eslint/no-require-imports */

function installed(dependency: string): boolean {
    try {
        require.resolve(`${dependency}/package.json`);
        return true;
    } catch {
        return false;
    }
}
