/** Where the agent of a stack lives on this machine. */

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Refusal } from "../kind";
import { makeFolder } from "./files";

/** Place is the folder of one agent and the files in it that others look at. */
export interface Place {
    /** `<project>/<stack>` */
    readonly stack: string;
    readonly folder: string;
    /** The control socket. */
    readonly socket: string;
    readonly token: string;
    readonly log: string;
    /** Why the agent refused to start, for whoever tried to start it. */
    readonly failure: string;
    /** There while the agent was told to stop: it does not come back at boot. */
    readonly stopped: string;
}

/**
 * The folder of all agents: `MVI_HOME`, else `~/.mvi`. Root has it where services of a system keep their state, since
 * its workloads run as other accounts, which cannot pass through /root.
 */
export function home(): string {
    const own = process.getuid?.() === 0 ? "/var/lib/pulumi-mvi" : path.join(os.homedir(), ".mvi");
    return path.resolve(process.env.MVI_HOME || own);
}

/** @throws {@link Refusal} when `stack` is not `<project>/<stack>`. */
export function placeOf(stack: string, root = home()): Place {
    const names = stack.split("/");
    if (names.length !== 2 || !names.every((name) => NAME.test(name))) {
        throw new Refusal(
            `agent: expected "<project>/<stack>" of letters, digits, ".", "_" and "-", but got "${stack}"`,
        );
    }
    const folder = path.join(root, ...names);
    return {
        stack,
        folder,
        socket: socketOf(folder),
        token: path.join(folder, "token"),
        log: path.join(folder, "agent.log"),
        failure: path.join(folder, "failure"),
        stopped: path.join(folder, "stopped"),
    };
}

/** Makes the folder for the socket. @throws {@link Refusal} when another user has taken its name. */
export function makeSocketFolder(place: Place): void {
    const folder = makeFolder(path.dirname(place.socket));
    const { uid, mode } = fs.lstatSync(folder);
    if (folder !== place.folder && (uid !== os.userInfo().uid || (mode & 0o077) !== 0)) {
        throw new Refusal(
            `agent ${place.stack}: ${folder} is not private to you: remove it, or set MVI_HOME to a shorter path`,
        );
    }
}

const NAME = /^(?!\.\.?$)[A-Za-z0-9._-]{1,100}$/;

/** A socket's path fits in 104 bytes on macOS and 108 on Linux. */
const LONGEST_SOCKET = 99;

function socketOf(folder: string): string {
    const inside = path.join(folder, "agent.sock");
    if (Buffer.byteLength(inside) <= LONGEST_SOCKET) {
        return inside;
    }
    const digest = createHash("sha256").update(folder).digest("hex").slice(0, 16);
    return path.join(os.tmpdir(), `mvi-${os.userInfo().uid}-${digest}`, "agent.sock");
}
