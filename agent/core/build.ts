/** Which build of the package this is: an agent of another one is replaced. */

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** `<version>+<digest>`: the digest is of the names, sizes and times of the agent's files. `MVI_BUILD` overrides it. */
export function buildId(): string {
    if (process.env.MVI_BUILD) {
        return process.env.MVI_BUILD;
    }
    const agent = path.resolve(__dirname, "..");
    const digest = createHash("sha256");
    for (const name of (fs.readdirSync(agent, { recursive: true }) as string[]).sort()) {
        const { size, mtimeMs } = fs.statSync(path.join(agent, name));
        digest.update(`${name} ${size} ${mtimeMs}\n`);
    }
    return `${packageVersion()}+${digest.digest("hex").slice(0, 12)}`;
}

/** The version in the package's package.json. */
export function packageVersion(): string {
    return (JSON.parse(fs.readFileSync(path.join(packageFolder(), "package.json"), "utf8")) as { version: string })
        .version;
}

/** The folder of the package: this file is in it as `agent/core/…` from sources, and as `dist/agent/core/…` when built. */
export function packageFolder(): string {
    const up = path.resolve(__dirname, "../..");
    return fs.existsSync(path.join(up, "package.json")) ? up : path.dirname(up);
}
