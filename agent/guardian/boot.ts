/** The boot entry: brings the agent back when the machine starts. */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { commandOf } from "../core/command";
import { type Place } from "../core/place";

/** Boot says what brings the agent back when the machine starts. */
export interface Boot {
    readonly by: "systemd" | "crontab" | "nothing";
    /** False: by `systemd` it is back when the user logs in, by `nothing` never. */
    readonly atBoot: boolean;
    /** For people: what it is, or what to do without it. */
    readonly note: string;
}

/** Makes the boot entry, the first way that this machine has. `MVI_BOOT=off` makes none. Never rejects. */
export async function installBoot(place: Place, build: string): Promise<Boot> {
    const command = [...commandOf(path.resolve(__dirname, "main")), place.stack, rootOf(place), build, "--boot"];
    if (process.env.MVI_BOOT === "off") {
        return { by: "nothing", atBoot: false, note: `switched off by MVI_BOOT: ${BY_HAND}` };
    }
    const reasons: string[] = [];
    for (const way of [bySystemd, byCrontab]) {
        try {
            return await way(place, command);
        } catch (error) {
            reasons.push((error as Error).message.split("\n")[0]);
        }
    }
    return { by: "nothing", atBoot: false, note: `${reasons.join("; ")}: ${BY_HAND}` };
}

/** Removes what {@link installBoot} made. Never rejects: an entry without its folder starts nothing. */
export async function removeBoot(place: Place): Promise<void> {
    if (process.env.MVI_BOOT === "off") {
        return;
    }
    const file = unitFile(place);
    if (fs.existsSync(file)) {
        await run("systemctl", ["--user", "disable", path.basename(file)]).catch(() => undefined); // no bus: the file goes anyway
        fs.rmSync(file, { force: true });
    }
    const table = await run("crontab", ["-l"]).catch(() => ""); // no crontab: no entry
    if (table.includes(mark(place))) {
        await run("crontab", ["-"], withoutEntry(place, table)).catch(() => undefined);
    }
}

const BY_HAND = "the next `pulumi up` or `pulumi refresh` brings the stack back";

async function bySystemd(place: Place, command: string[]): Promise<Boot> {
    const runtime = process.env.XDG_RUNTIME_DIR;
    if (!runtime || !fs.existsSync(path.join(runtime, "systemd", "private"))) {
        throw new Error("systemd does not run for this user");
    }
    const file = unitFile(place);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, unitOf(place, command));
    await run("systemctl", ["--user", "daemon-reload"]);
    await run("systemctl", ["--user", "enable", path.basename(file)]);
    const atBoot = await lingers();
    return {
        by: "systemd",
        atBoot,
        note: atBoot ? file : `${file}, at login: for a start at boot run \`loginctl enable-linger\``,
    };
}

/** Does the user's systemd run from boot on, and not from login to logout only? */
async function lingers(): Promise<boolean> {
    // it answers 1 for a user who is not logged in and does not linger
    const said = await run("loginctl", ["show-user", String(process.getuid?.()), "--property=Linger"]).catch(() => "");
    return said.trim() === "Linger=yes";
}

function unitOf(place: Place, command: string[]): string {
    return [
        "[Unit]",
        `Description=pulumi-mvi agent of ${place.stack}`,
        "[Service]",
        "KillMode=process", // the guardian may be replaced, and what it guards must live on
        `ExecStart=${command.map(unitWord).join(" ")}`,
        "[Install]",
        "WantedBy=default.target",
        "",
    ].join("\n");
}

/** Quoted as systemd.service(5) says: `%` is a specifier, and `$` a variable except in the program's own name. */
function unitWord(word: string, index: number): string {
    const quoted = word.replace(/["\\]/g, "\\$&").replaceAll("%", "%%");
    return `"${index === 0 ? quoted : quoted.replaceAll("$", "$$$$")}"`;
}

async function byCrontab(place: Place, command: string[]): Promise<Boot> {
    if (process.platform === "win32") {
        throw new Error("no crontab on Windows");
    }
    const table = await run("crontab", ["-l"]).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") {
            throw new Error("no crontab on this machine");
        }
        return ""; // crontab answers 1 when the user has none yet
    });
    const words = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    const entry = `@reboot ${words.replaceAll("%", "\\%")} >/dev/null 2>&1 ${mark(place)}`;
    await run("crontab", ["-"], withoutEntry(place, table) + entry + "\n");
    return { by: "crontab", atBoot: true, note: "@reboot in the user's crontab" };
}

const rootOf = (place: Place): string => path.dirname(path.dirname(place.folder));

const digestOf = (place: Place): string => createHash("sha256").update(place.folder).digest("hex").slice(0, 12);

const mark = (place: Place): string => `# pulumi-mvi ${place.stack} ${digestOf(place)}`;

function withoutEntry(place: Place, table: string): string {
    const lines = table.split("\n").filter((line) => line !== "" && !line.endsWith(mark(place)));
    return lines.map((line) => line + "\n").join("");
}

function unitFile(place: Place): string {
    const config = process.env.XDG_CONFIG_HOME || path.join(os.homedir(), ".config");
    return path.join(config, "systemd", "user", `mvi-${digestOf(place)}.service`);
}

function run(program: string, args: string[], input = ""): Promise<string> {
    return new Promise((resolve, reject) => {
        const child = execFile(program, args, { timeout: 10_000 }, (error, stdout) =>
            error ? reject(error) : resolve(stdout),
        );
        child.stdin?.on("error", () => undefined); // the exit says why
        child.stdin?.end(input);
    });
}
