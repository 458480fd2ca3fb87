import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, posix } from "node:path";
import { type Host, Refusal } from "../kind";
import { type Account } from "../process/account";
import { Supervised } from "../process/supervisor";
import { searchPath } from "./config";
import { inside } from "./copy";
import { type Instruction } from "./dockerfile";
import { tellingLines } from "./telling";
import { commands, type Scope } from "./words";

/** Where RUN works, and as whom. */
export interface Workshop {
    readonly host: Host;
    readonly image: string;
    /** The image's files. */
    readonly root: string;
    /** A temporary folder, which is not part of the image. */
    readonly scratch: string;
    readonly account: Account | undefined;
    readonly signal: AbortSignal;
    note(line: string): void;
}

/** A program with its arguments. */
export type Command = readonly string[];

const packageTools = new Set(["npm", "npx", "pnpm", "yarn", "node", "corepack"]);
const fileTools = new Set(["mkdir", "rm", "cp", "mv", "touch", "chmod", "echo", "true", "ls", "cd", "test"]);
const accountTools = new Set(["chown", "chgrp", "addgroup", "adduser", "groupadd", "useradd", "usermod"]);
const plainOption = /^-([a-zA-Z]+|-recursive|-force|-parents|-verbose)$/;
const mostSeconds = 900;

/**
 * What a RUN does, as commands that need no shell: installs of packages and scripts of the app, and what makes, moves and
 * removes files of the image.
 *
 * @throws {@link Refusal} for all else.
 */
export function commandsOf(instruction: Instruction, env: Scope, workdir: string, root: string): readonly Command[] {
    const where = `RUN ${instruction.text}`;
    for (const [flag, value] of Object.entries(instruction.flags)) {
        if (flag !== "mount" || !/type=(cache|tmpfs)/.test(value)) {
            throw needsEngine(where, `--${flag}=${value} is not carried out here`);
        }
    }
    const list = instruction.json === undefined ? commands(instruction.text, env) : [[...instruction.json]];
    if (typeof list === "string") {
        throw needsEngine(where, `a shell is not run here, and there is ${list}`);
    }
    for (const command of list) {
        check(where, command, workdir, root);
    }
    return list;
}

/**
 * Carries out the commands of a RUN with this machine's Node.
 *
 * @throws {@link Refusal} for one that fails.
 */
export async function run(shop: Workshop, list: readonly Command[], env: Scope, workdir: string): Promise<void> {
    let folder = workdir;
    for (const command of list) {
        if (command[0] === "cd") {
            folder = posix.resolve(folder, command[1] ?? "/");
        } else if (accountTools.has(command[0] ?? "") || command[0] === "corepack") {
            shop.note(
                `${command.join(" ")}: left out, it would change this machine and has no effect on a process here`,
            );
        } else if (command[0] !== "true") {
            await execute(shop, command, env, folder);
        }
    }
}

function check(where: string, command: readonly string[], folder: string, root: string): void {
    const program = command[0] ?? "";
    if (accountTools.has(program) || packageTools.has(program)) {
        return;
    }
    if (!fileTools.has(program)) {
        throw needsEngine(where, `${program} is not an install of packages or a script of the app`);
    }
    const strange = command.slice(1).find((word) => /[*?[]/.test(word) || (/^-/.test(word) && !plainOption.test(word)));
    if (strange !== undefined) {
        throw needsEngine(where, `a shell is not run here, and there is "${strange}" in it`);
    }
    command.slice(1).forEach((word) => inside(root, posix.resolve(folder, word)));
}

async function execute(shop: Workshop, command: readonly string[], env: Scope, folder: string): Promise<void> {
    const home = join(shop.scratch, "home");
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const npmrc = lendNpmrc(home, shop.account);
    if (shop.account !== undefined) {
        chownSync(home, shop.account.uid, shop.account.gid);
    }
    const words =
        fileTools.has(command[0] ?? "") && command[0] !== "echo"
            ? command.map((word, index) => filePath(shop, word, index, folder))
            : command;
    shop.note(`RUN ${command.join(" ")}`);
    const { PATH, ...own } = env;
    const supervised = new Supervised(shop.host, {
        id: `Image/${shop.image}/build`,
        command: words,
        cwd: inside(shop.root, folder),
        env: {
            ...passedOn(),
            HOME: home,
            TMPDIR: home,
            // What is installed "globally" goes to the image, not to this machine.
            npm_config_prefix: join(shop.root, "usr/local"),
            npm_config_update_notifier: "false",
            CI: "true",
            ...own,
            PATH: searchPath(shop.root, PATH).join(delimiter),
        },
        account: shop.account,
        log: `build/${shop.image}`,
        source: `build/${shop.image}`,
        restart: "never",
    });
    const abort = () => void supervised.stop(0);
    let late = false;
    const timer = setTimeout(() => {
        late = true;
        abort();
    }, mostSeconds * 1000);
    shop.signal.addEventListener("abort", abort);
    try {
        await supervised.start();
        const exit = await supervised.exit();
        if (exit?.code !== 0) {
            const how = late ? `not done after ${mostSeconds} s` : (exit?.reason ?? "did not run");
            throw new Refusal(
                [
                    `Image ${shop.image}: RUN ${command.join(" ")}: ${how}`,
                    ...tellingLines(supervised.tail(100)),
                    `All that it wrote: \`npx pulumi-mvi ask ${shop.host.stack} logs log=build/${shop.image}\``,
                ].join("\n"),
            );
        }
    } finally {
        clearTimeout(timer);
        shop.signal.removeEventListener("abort", abort);
        await supervised.stop(0);
        rmSync(npmrc, { force: true });
    }
}

/** Paths of the image as paths of this machine: `..` ends at the root of the image. */
function filePath(shop: Workshop, word: string, index: number, folder: string): string {
    const isPath = index > 0 && !word.startsWith("-") && !/^[0-7]{3,4}$|^[ugoa]*[-+=][rwxX]+$/.test(word);
    return isPath ? inside(shop.root, posix.resolve(folder, word)) : word;
}

/** What a build needs of the agent's environment to reach package registries. */
function passedOn(): Record<string, string> {
    const names = /^(https?_proxy|no_proxy|all_proxy|npm_config_registry|npm_config_cafile|node_extra_ca_certs|lang)$/i;
    return Object.fromEntries(
        Object.entries(process.env).filter((each): each is [string, string] => names.test(each[0])),
    );
}

/** Registries and their tokens are in the user's .npmrc: lent for the time of the command. */
function lendNpmrc(home: string, account: Account | undefined): string {
    const lent = join(home, ".npmrc");
    const own = join(homedir(), ".npmrc");
    if (existsSync(own)) {
        writeFileSync(lent, readFileSync(own), { mode: 0o600 });
        if (account !== undefined) {
            chownSync(lent, account.uid, account.gid);
        }
    }
    return lent;
}

function needsEngine(where: string, why: string): Refusal {
    return new Refusal(
        `${where}: needs a container engine, which this cloud does not use: ${why}; move it to another stage and COPY its ` +
            "result, or deploy to another cloud",
    );
}
