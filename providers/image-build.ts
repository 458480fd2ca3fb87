/** What building an image has in common on the clouds: a tag by content, and the container engine that it takes. */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type * as context from "../agent/image/context";
import { type Check, stackScope } from "../components/cloud";
import { installed } from "../components/installed";
import type { Place } from "../components/shape";
import { checkContext, checkContexts } from "./build-context";
import { besides } from "./workload-check";

/**
 * A tag that says what an image is made of: the same for the same context (without what `.dockerignore` leaves out),
 * Dockerfile, arguments, platforms and folder. A build at another place is another one, whose digest may differ though
 * nothing has changed; and a tag can be pushed once.
 */
export function contentTag(
    inputs: context.ContextInputs & { readonly platforms: readonly string[] },
): pulumi.Output<string> {
    // Under mocks: else it was refused before.
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

/** An image that is built here takes a builder: asked with all other faults, before anything is made. */
export const checkBuild: Check<"image"> = ({ context }, at) => {
    if (context === undefined) return;
    checkContext(context, at.in("context"));
    needBuilder(at.in("context"), context, "`reference`");
};

/** As {@link checkBuild}, of what a workload and its sidecars build themselves. */
export function checkBuilds(args: Readonly<Record<string, unknown>>, at: Place): void {
    checkContexts(args, at);
    for (const [own, place] of besides(args, at))
        if (own.build !== undefined) needBuilder(place.in("build"), own.build, "`image`");
}

const asked = new WeakMap<object, string | undefined>();

/** A builder that the surroundings name (`DOCKER_HOST`, `BUILDX_BUILDER`) is taken at its word. */
function needBuilder(at: Place, given: unknown, instead: string): void {
    const scope = stackScope();
    if (!asked.has(scope)) asked.set(scope, fault());
    const missing = asked.get(scope);
    if (missing === undefined) return;
    at.fault(
        `cannot be built here, since ${missing}`,
        `start Docker (or another engine that its command reaches), name a builder with DOCKER_HOST or BUILDX_BUILDER, or give ${instead}, by digest, of what was built elsewhere`,
        given,
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
