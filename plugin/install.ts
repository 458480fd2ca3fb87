/** How the engine finds the provider of the resources that the agent on this machine keeps. */

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { packageFolder, packageVersion } from "../agent/core/build";
import { commandOf } from "../agent/core/command";
import { PACKAGE } from "./names";

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
    for (const [name, text] of scriptsOf(commandOf(path.resolve(__dirname, "main")))) {
        writeIfNew(path.join(target, name), text);
    }
    installed.set(root, version);
    return version;
}

/**
 * In the home that the system's table of accounts names, whatever `$HOME` says, but for an account that
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
    return [[name, shellScript(name, command)]];
}

/**
 * The engine asks for the provider that a stack was last brought up with before it runs the program. Where that one's package was
 * moved or removed since, any other's on this machine does as well; and where its Node.js was, the one on PATH.
 */
function shellScript(name: string, [node, ...words]: string[]): string {
    const main = quoted(words.at(-1)!);
    return `#!/bin/sh
[ "$1" = ${THERE} ] && { [ -f ${main} ]; exit; }
node=${quoted(node!)}
[ -x "$node" ] || node=node
[ -f ${main} ] && exec "$node" ${words.map(quoted).join(" ")} "$@"
for other in "\${0%/*}"/../resource-${PACKAGE}-v*/${name}; do
    grep -q -e ${THERE} "$other" && "$other" ${THERE} && exec "$other" "$@"
done
echo ${quoted(`pulumi-mvi is no longer in ${path.dirname(words.at(-1)!)}, where this stack was last brought up from.`)} >&2
echo 'Run "npx pulumi-mvi install" in the folder of the program, and then this again.' >&2
exit 1
`;
}

/** Asks a script whether what it starts is there still. */
const THERE = "--is-there";

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

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
