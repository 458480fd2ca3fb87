/** The base of the resources that the agent on this machine keeps, and how the engine finds their provider. */

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { packageFolder, packageVersion } from "../../agent/core/build";
import { commandOf } from "../../agent/core/command";
import { PACKAGE, tokenOf } from "../../plugin/names";

/**
 * LocalResource is one resource of the stack's agent.
 *
 * A subclass names its outputs as properties, and passes them as `undefined` before the inputs, for Pulumi to know them:
 * `super("Bucket", name, { endpoint: undefined, ...inputs }, options)`.
 */
export abstract class LocalResource extends pulumi.CustomResource {
    /** `<project>/<stack>`: the agent that keeps it. */
    declare readonly agent: pulumi.Output<string>;
    /** Its name there, unique for the kind in the stack. */
    declare readonly resourceName: pulumi.Output<string>;

    /**
     * @param kind - the agent's kind, such as `Bucket`
     * @param name - the logical name
     * @param inputs - the kind's inputs; its name in the agent is their `name` if they have one, else the logical name
     */
    constructor(kind: string, name: string, inputs: pulumi.Inputs, options?: pulumi.CustomResourceOptions) {
        const agent = `${pulumi.getProject()}/${pulumi.getStack()}`;
        super(
            tokenOf(kind),
            name,
            { resourceName: inputs.name ?? name, agent, ...inputs },
            pulumi.mergeOptions({ version: installPlugin() }, options),
        );
    }
}

/** Homes that have the plugin of this process, and its version there: each resource asks. */
const installed = new Map<string, string>();

/**
 * Puts the provider where the engine looks for it, `$PULUMI_HOME/plugins`, and returns the version that it is found by. That
 * version is of this very package folder, so that several copies of the package on a machine do not take each other's place.
 *
 * It is called by the first resource. Call it before, with `home`, only if the engine has another home than this process, as
 * with `pulumiHome` of the Automation API.
 *
 * @param home - @default `PULUMI_HOME`, else `.pulumi` in the account's home
 */
export function installPlugin(home?: string): string {
    const root = path.resolve(home ?? homeOfPulumi());
    const known = installed.get(root);
    if (known !== undefined) return known;
    const folder = fs.realpathSync(packageFolder());
    const version = `${packageVersion()}-x${createHash("sha256").update(folder).digest("hex").slice(0, 12)}`;
    const target = path.join(root, "plugins", `resource-${PACKAGE}-v${version}`);
    for (const [name, text] of scriptsOf(commandOf(path.resolve(__dirname, "../../plugin/main")))) {
        writeIfNew(path.join(target, name), text);
    }
    installed.set(root, version);
    return version;
}

/**
 * As the engine finds it: in the home that the system's table of accounts names, whatever `$HOME` says, but for an account that
 * is not in there. Source: `GetPulumiHomeDir` of github.com/pulumi/pulumi/sdk/v3/go/common/workspace, `user.Current` of Go.
 */
export function homeOfPulumi(): string {
    if (process.env.PULUMI_HOME) return process.env.PULUMI_HOME;
    try {
        return path.join(os.userInfo().homedir, ".pulumi");
    } catch {
        return path.join(os.homedir(), ".pulumi");
    }
}

function scriptsOf(command: string[]): [name: string, text: string][] {
    const name = `pulumi-resource-${PACKAGE}`;
    if (process.platform === "win32") {
        return [[`${name}.cmd`, `@${command.map((word) => `"${word}"`).join(" ")} %*\r\n`]];
    }
    const words = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    return [[name, `#!/bin/sh\nexec ${words} "$@"\n`]];
}

/** Several programs may do this at once: each finds a whole script. */
function writeIfNew(file: string, text: string): void {
    if (fs.existsSync(file) && fs.readFileSync(file, "utf8") === text) {
        return;
    }
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const half = `${file}.${process.pid}.half`;
    fs.writeFileSync(half, text, { mode: 0o755 });
    fs.renameSync(half, file);
}
