import { connect, type Socket } from "node:net";
import { outOfPatience } from "../core/patience";
import { patience, type Member, type Pool } from "./pool";

/** Time to connect to a target, in milliseconds. */
const connectMs = 3000;

/** Connects to a target of `pool`, to the next one if one refuses, for as long as {@link patience}. */
export async function dial(pool: Pool, signal: AbortSignal): Promise<{ member: Member; socket: Socket } | undefined> {
    const deadline = performance.now() + patience;
    const tried = new Set<Member>();
    for (;;) {
        const member = pool.pick(tried) ?? (await pool.take(tried, deadline, signal));
        if (member === undefined) {
            return undefined;
        }
        const socket = await connected(member);
        if (socket !== undefined && !signal.aborted) {
            return { member, socket };
        }
        socket?.destroy();
        tried.add(member);
    }
}

/**
 * Passes bytes both ways until both sides have ended, one breaks, nothing passes for `idleMs` (0: never ends for that),
 * or `member` has drained for its grace period.
 */
export function join(client: Socket, upstream: Socket, member: Member, idleMs: number): Promise<void> {
    return new Promise((resolve) => {
        const end = member.begin();
        const cut = () => {
            client.destroySoon();
            upstream.destroySoon();
        };
        const release = member.hold(cut);
        let open = 2;
        for (const [one, other] of [
            [client, upstream],
            [upstream, client],
        ] as const) {
            one.setNoDelay(true);
            one.setTimeout(idleMs, cut);
            // A broken side needs no word: its close ends the other.
            one.on("error", () => one.destroy());
            one.on("close", () => {
                other.destroySoon();
                if (--open === 0) {
                    release();
                    end();
                    resolve();
                }
            });
            one.pipe(other);
        }
        // A side may have closed before the listeners were there, and will not say so again.
        if (client.destroyed || upstream.destroyed) {
            open = 0;
            release();
            end();
            client.destroy();
            upstream.destroy();
            resolve();
        }
    });
}

function connected(member: Member): Promise<Socket | undefined> {
    return new Promise((resolve) => {
        const socket = connect({
            host: member.target.host,
            port: member.target.port,
            allowHalfOpen: true,
            noDelay: true,
        });
        const stop = outOfPatience(connectMs, () => socket.destroy());
        socket.once("connect", () => {
            stop();
            resolve(socket);
        });
        // An error always comes before a close; both say that there is no connection.
        socket.on("error", () => undefined);
        socket.once("close", () => {
            stop();
            resolve(undefined);
        });
    });
}
