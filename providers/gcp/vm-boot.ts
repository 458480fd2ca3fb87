import * as pulumi from "@pulumi/pulumi";
import type { HealthSpec } from "../../components/health";
import type { Grant } from "../../components/link";
import { documents, fileLines, makeApp, quoted, unitLines } from "../cloud-init";
import { answering } from "./machine-health";
import { fetcher } from "./machine-start";

/** VmBoot is what a machine does by itself when it comes up. */
export interface VmBoot {
    readonly start: string | undefined;
    /** A script or a cloud-init document of the user's own: it is done before the start. */
    readonly userData: string | undefined;
    readonly env: Readonly<Record<string, pulumi.Input<string>>>;
    readonly grant: Grant;
    /** With a command, the machine answers whoever asks for its health. */
    readonly health: HealthSpec | undefined;
    /** What is done besides, as a script, on a system for containers: where little can be written, and less be executed. @default none */
    readonly containers?: pulumi.Input<string>;
}

/** Documents for cloud-init. They hold no secret: the machine fetches them as itself, at each start of its command. */
export function vmBoot(boot: VmBoot): pulumi.Output<string> {
    const { env, grant } = boot;
    return pulumi
        .all([
            pulumi.all({ ...grant.env, ...env }),
            pulumi.all({ ...grant.secrets }),
            pulumi.all({ ...(grant.files ?? {}) }),
            boot.containers,
        ])
        .apply(([plain, secrets, files, containers]) => {
            const variables = Object.entries(plain).map(([key, value]) => `export ${key}=${quoted(value)}`);
            const fetched = [
                ...(Object.keys(secrets).length + Object.keys(files).length ? fetcher : []),
                ...Object.entries(secrets).map(([key, from]) => `${key}="$(secret ${quoted(from)})"; export ${key}`),
                ...Object.entries(files).map(
                    ([key, from]) =>
                        `export ${key}=/run/app/${key.toLowerCase()}; (umask 377; secret ${quoted(from)} > "$${key}.new"; mv -f "$${key}.new" "$${key}")`,
                ),
            ];
            return documents([boot.userData, setup(boot, variables, fetched), containers]);
        });
}

function setup(
    { start, health, containers }: VmBoot,
    variables: readonly string[],
    fetched: readonly string[],
): string | undefined {
    // A system for containers has neither a folder for programs that can be written, nor all of a usual one's commands.
    const [folder, run] = containers === undefined ? ["/usr/local/lib/app", ""] : ["/etc/mvi/app", "/bin/sh "];
    const asked = health?.command ? health : undefined;
    if (start === undefined && !asked) return undefined;
    const lines = ["#!/bin/sh", "set -eu", makeApp, `install -d -m 0755 ${folder} /etc/mvi`];
    const units: string[] = [];
    if (start !== undefined) {
        const script = ["#!/bin/sh", "set -eu", ...variables, ...fetched, `exec /bin/sh -c ${quoted(start)}`];
        lines.push(
            fileLines(`${folder}/start`, "0755", script),
            fileLines("/etc/systemd/system/app.service", "0644", unitLines("The app", `${run}${folder}/start`)),
        );
        units.push("app.service");
    }
    if (asked) {
        // It is asked every few seconds: secrets are not fetched for it.
        lines.push(fileLines(`${folder}/within`, "0755", ["#!/bin/sh", "set -eu", ...variables, 'exec "$@"']));
        const answered =
            containers === undefined
                ? answering(`runuser -u app -- ${folder}/within`, asked)
                : answering(`${run}${folder}/within`, asked, "app");
        for (const { path, lines: text } of answered) lines.push(fileLines(path, "0644", text));
        units.push("mvi-health.socket");
    }
    const all = units.join(" ");
    // They wait for the end of cloud-init, and so for the user's own part: it must not wait for them.
    lines.push("systemctl daemon-reload", ...(start === undefined ? [] : ["systemctl enable app.service"]));
    lines.push(`systemctl start --no-block ${all}`);
    return `${lines.join("\n")}\n`;
}
