import * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../components/cloud";
import type { CloudName } from "../components/settings";
import { installed } from "../components/installed";

/** What each cloud needs installed: SDKs beside this package, and for `local` what npm leaves out with `--omit=optional`. */
export const needs: Readonly<Record<CloudName, readonly string[]>> = {
    aws: ["@pulumi/aws", "@pulumi/docker-build", "@pulumi/random"],
    gcp: ["@pulumi/gcp", "@pulumi/docker-build", "@pulumi/random"],
    local: [
        ...["@balena/dockerignore", "@grpc/grpc-js", "@peculiar/x509", "big.js", "croner", "dockerfile-ast"],
        ...["fast-xml-parser", "google-protobuf", "lmdb", "mysql2", "nodemailer", "pg", "protobufjs"],
        ...["reflect-metadata", "smtp-server"],
    ],
};

/**
 * Opens one cloud, and loads no other's SDK.
 *
 * @throws {@link pulumi.RunError} with the `npm install` command when what it needs is not installed
 */
export function open(name: CloudName): Cloud {
    const missing = needs[name].filter((dependency) => !installed(dependency));
    if (missing.length) {
        // What came with this package has its versions from it.
        const which = name === "local" ? "--include=optional" : missing.join(" ");
        throw new pulumi.RunError(
            `The cloud ${name} needs ${missing.join(", ")}, not installed here: run \`npm install ${which}\``,
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
