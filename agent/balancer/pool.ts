import { Agent } from "node:http";
import type { Endpoints, Target } from "../kind";

/** How long a request waits for a target to appear, in milliseconds: the restart of a single replica fails nothing. */
export const patience = 2000;

/** Pause between two rounds over targets that all refuse, in milliseconds. */
const roundPause = 50;

/** Pool is the targets of one service as one balancer sees them. */
export class Pool {
    readonly service: string;
    /** Time that connections without an end (WebSocket, TCP) have on a target that drains, in milliseconds. */
    drainMs: number;
    readonly #members = new Map<string, Member>();
    readonly #waiting = new Set<() => void>();
    readonly #unwatch: () => void;
    #ready: Member[] = [];
    #turn = 0;

    constructor(endpoints: Endpoints, service: string, drainMs: number) {
        this.service = service;
        this.drainMs = drainMs;
        this.#unwatch = endpoints.watch(service, (targets) => this.#change(targets));
    }

    /** The target with the fewest requests under way, in turn among equals, and none of `tried`. */
    pick(tried: ReadonlySet<Member>): Member | undefined {
        let best: Member | undefined;
        const length = this.#ready.length;
        for (let i = 0; i < length; i++) {
            const member = this.#ready[(this.#turn + i) % length] as Member;
            if (!tried.has(member) && (best === undefined || member.active < best.active)) {
                best = member;
            }
        }
        this.#turn = (this.#turn + 1) % Math.max(length, 1);
        return best;
    }

    /** As {@link pick}, but waits until `deadline` for one. When all were tried, it starts a new round. */
    async take(tried: Set<Member>, deadline: number, signal: AbortSignal): Promise<Member | undefined> {
        for (;;) {
            const member = this.pick(tried);
            const left = deadline - performance.now();
            if (member !== undefined || left <= 0 || signal.aborted) {
                return signal.aborted ? undefined : member;
            }
            await this.#wait(tried.size > 0 ? Math.min(roundPause, left) : left, signal);
            tried.clear();
        }
    }

    /** No target from now on. What runs goes on; connections without an end get the time to drain. */
    close(): void {
        this.#unwatch();
        this.#change([]);
    }

    #change(targets: readonly Target[]): void {
        const named = new Map(targets.map((target) => [`${target.id} ${target.host} ${target.port}`, target]));
        for (const [key, member] of this.#members) {
            if (!named.has(key)) {
                member.drain(this.drainMs);
                this.#members.delete(key);
            }
        }
        for (const [key, target] of named) {
            const known = this.#members.get(key);
            if (target.draining) {
                known?.drain(this.drainMs);
            } else if (known === undefined || known.draining) {
                // One that drained and came back is a new member: the old one's grace runs on.
                this.#members.set(key, new Member(target));
            }
        }
        this.#ready = [...this.#members.values()].filter((member) => !member.draining);
        if (this.#ready.length > 0) {
            [...this.#waiting].forEach((wake) => wake());
        }
    }

    #wait(ms: number, signal: AbortSignal): Promise<void> {
        return new Promise((resolve) => {
            const wake = () => {
                clearTimeout(timer);
                signal.removeEventListener("abort", wake);
                this.#waiting.delete(wake);
                resolve();
            };
            const timer = setTimeout(wake, ms);
            signal.addEventListener("abort", wake);
            this.#waiting.add(wake);
        });
    }
}

/** Member is a target with what we have open to it. */
export class Member {
    readonly target: Target;
    /** Idle connections end after 4 s, before the 5 s after which many servers would. */
    readonly agent = new Agent({ keepAlive: true, maxFreeSockets: 256, timeout: 4000 });
    /** Requests and connections under way. */
    active = 0;
    draining = false;
    readonly #tunnels = new Set<() => void>();

    constructor(target: Target) {
        this.target = target;
    }

    /** Counts something as under way, until the returned function is called (again does nothing). */
    begin(): () => void {
        let ended = false;
        this.active++;
        return () => {
            if (!ended) {
                ended = true;
                this.active--;
            }
        };
    }

    /** Keeps a connection without an end, with the way to end it, until the returned function is called. */
    hold(end: () => void): () => void {
        this.#tunnels.add(end);
        return () => this.#tunnels.delete(end);
    }

    /** Nothing new, nothing idle: a server that closes waits for nothing but what is really under way. */
    drain(ms: number): void {
        if (this.draining) {
            return;
        }
        this.draining = true;
        this.agent.maxFreeSockets = 0;
        Object.values(this.agent.freeSockets).forEach((sockets) => sockets?.forEach((socket) => socket.destroy()));
        const timer = setTimeout(() => [...this.#tunnels].forEach((end) => end()), ms);
        timer.unref();
    }
}
