/** Which database servers this machine lacks, asked before anything is made. */

import { execFileSync } from "node:child_process";
import { basename } from "node:path";
import { findProgram } from "./installed";
import { postgresMajors, postgresInstall } from "./postgres/majors";
import { type EngineName } from "./types";

/** Missing is a server that is not here: why, and what to do. */
export interface Missing {
    readonly argument: "engine" | "version";
    readonly fault: string;
    readonly todo: string;
}

/**
 * What is missing on this machine for `engine` of the major `version`. Of MySQL and Redis any installed server will do: it
 * stands in for another version, and says so. Of those here, it names those which are `allowed`.
 */
export function missingServer(engine: EngineName, version: string, allowed: readonly string[]): Missing | undefined {
    return engine === "postgres" ? missingPostgres(version, allowed) : missingOther(engine);
}

const others = {
    mysql: { title: "MySQL or MariaDB", programs: ["mariadbd", "mysqld"], apt: "mariadb-server", brew: "mariadb" },
    redis: {
        title: "Redis or Valkey",
        programs: ["redis-server", "valkey-server"],
        apt: "redis-server",
        brew: "redis",
    },
} as const;

function missingOther(engine: "mysql" | "redis"): Missing | undefined {
    const { title, programs, apt, brew } = others[engine];
    const todo = process.platform === "darwin" ? `run \`brew install ${brew}\`` : `run \`apt-get install ${apt}\``;
    const server = findProgram(programs);
    if (server === undefined)
        return { argument: "engine", fault: `has no server here: no ${title} is installed on this machine`, todo };
    const major = engine === "redis" ? /v=(\d+)/.exec(saidBy(server))?.[1] : undefined;
    return Number(major) < 6
        ? {
              argument: "engine",
              fault: `has no server here that knows accounts: this machine has Redis ${major}`,
              todo: "install Redis 6 or later",
          }
        : undefined;
}

function missingPostgres(version: string, allowed: readonly string[]): Missing | undefined {
    const there = postgresMajors(version, saidBy);
    if (there.includes(version)) return undefined;
    const found = there.length === 0 ? "none" : there.join(", ");
    const others = there.filter((each) => allowed.includes(each));
    const other = others.length === 0 ? "" : `choose ${others.join(" or ")}, or `;
    return {
        argument: "version",
        fault: `is not on this machine, which has PostgreSQL ${found}`,
        todo: `${other}${postgresInstall(version)}`,
    };
}

const said = new Map<string, string>();

/** What a server says of its version; "" when it does not run. Asked once in a process. */
function saidBy(program: string): string {
    const known = said.get(program);
    if (known !== undefined) return known;
    const text = ask(program);
    said.set(program, text);
    return text;
}

function ask(program: string): string {
    try {
        const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
        return execFileSync(program, ["--version"], { encoding: "utf8", timeout: 10_000, stdio });
    } catch (error) {
        // Why it does not run, its own start tells better: here it is a server that does not say what it is.
        return `${basename(program)}: ${(error as Error).message}`;
    }
}
