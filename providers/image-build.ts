/** What building an image has in common on the clouds: a tag by content, and the container engine that it takes. */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type * as context from "../agent/image/context";
import { stackScope } from "../components/cloud";
import { installed } from "../components/installed";

/**
 * A tag that says what an image is made of: the same for the same context (without what `.dockerignore` leaves out),
 * Dockerfile, arguments, platforms and folder. A build at another place is another one, whose digest may differ though
 * nothing has changed; and a tag can be pushed once.
 */
export function contentTag(
    inputs: context.ContextInputs & { readonly platforms: readonly string[] },
): pulumi.Output<string> {
    // A folder which is not there is refused by the build, which says so in a preview.
    if (!fs.existsSync(inputs.context)) return pulumi.output("missing");
    if (!installed("@balena/dockerignore")) {
        throw new pulumi.RunError(
            "An image to build needs @balena/dockerignore, not installed here: run `npm install @balena/dockerignore`",
        );
    }
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on use: it is optional
    const { digestOfContext } = require("../agent/image/context") as typeof context;
    return pulumi
        .output(
            digestOfContext({
                ...inputs,
                args: { ...inputs.args, "//platforms": inputs.platforms.join(","), "//at": inputs.context },
            }),
        )
        .apply((digest) => digest.slice("sha256:".length).slice(0, 32));
}

const asked = new WeakMap<object, string | undefined>();

/**
 * Sees to it that images can be built here, before anything is made. A builder that the surroundings name (`DOCKER_HOST`,
 * `BUILDX_BUILDER`) is taken at its word. @throws {@link pulumi.RunError} with what to do else
 */
export function needBuilder(what: string): void {
    const scope = stackScope();
    if (!asked.has(scope)) asked.set(scope, fault());
    const missing = asked.get(scope);
    if (missing === undefined) return;
    throw new pulumi.RunError(
        `${what}: an image cannot be built here: ${missing}. Start Docker (or another engine that its command reaches), name a builder with DOCKER_HOST or BUILDX_BUILDER, or give \`reference\`, an image by digest that was built elsewhere`,
    );
}

function fault(): string | undefined {
    if (process.env.DOCKER_HOST || process.env.BUILDX_BUILDER) return undefined;
    const asking = spawnSync("docker", ["version", "--format", "{{.Server.Version}}"], {
        encoding: "utf8",
        timeout: 15_000,
    });
    if (asking.status === 0) return undefined;
    if (asking.error && (asking.error as NodeJS.ErrnoException).code === "ENOENT") {
        const socket = process.platform === "win32" ? "\\\\.\\pipe\\docker_engine" : "/var/run/docker.sock";
        return fs.existsSync(socket) ? undefined : "there is no container engine";
    }
    const said = asking.stderr.trim().split("\n").pop();
    return said || "the container engine does not answer";
}
