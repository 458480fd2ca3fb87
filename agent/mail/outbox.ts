/** The outbox: mail that is to be sent, on disk until it was taken. */

import * as fs from "node:fs";
import * as path from "node:path";
import { listIfAny, makeFolder, readOrPutAside, writeAtomic } from "../core/files";
import { type Clock } from "../metric/clock";

export interface Message {
    /** The same one is sent once only, whoever asks how often. `[A-Za-z0-9._-]+` */
    readonly id: string;
    readonly to: readonly string[];
    readonly subject: string;
    readonly text: string;
}

/** Posted is a message for one person. */
export interface Posted extends Omit<Message, "to"> {
    readonly to: string;
    /** When it was written, in milliseconds since 1970. */
    readonly time: number;
}

export interface OutboxOptions {
    readonly folder: string;
    readonly clock: Clock;
    deliver(message: Posted): Promise<void>;
    report(line: string): void;
}

export interface Outbox {
    /** Returns when it is on disk: it is sent even if this process is killed then. */
    send(message: Message): void;
    /** Messages that were not taken yet. */
    waiting(): Posted[];
    /** Tries at once, as the relay has changed. */
    retry(): void;
    stop(): Promise<void>;
}

/**
 * Sends each message on its own to each person. One that is not taken is tried again after 30 s, 1 min … 1 h, for 3 days, and
 * is kept in the folder `failed` then. A kill -9 between the relay's yes and the disk sends it twice, with the same Message-ID.
 */
export function openOutbox({ folder, clock, deliver, report }: OutboxOptions): Outbox {
    const [queue, sent, failed] = ["queue", "sent", "failed"].map((name) => makeFolder(path.join(folder, name)));
    const attempts = new Map<string, { count: number; next: number }>();
    let working: Promise<void> | undefined;
    let cancel: (() => void) | undefined;
    let stopped = false;
    let asked = false;

    // One that cannot be read keeps no other.
    const posted = (name: string): Posted | undefined =>
        readOrPutAside(path.join(queue, name), (text) => JSON.parse(text) as Posted, report);
    const queued = (): string[] => listIfAny(queue).filter((name) => name.endsWith(".json"));

    async function work(): Promise<void> {
        for (const name of queued().sort()) {
            const message = posted(name);
            if (stopped || !message || (attempts.get(name)?.next ?? 0) > clock.now()) {
                continue;
            }
            try {
                await deliver(message);
                fs.renameSync(path.join(queue, name), path.join(sent, name));
                attempts.delete(name);
                keepNewest(sent, 500);
            } catch (error) {
                putOff(name, message, error as Error);
            }
        }
    }

    function putOff(name: string, message: Posted, error: Error): void {
        const count = (attempts.get(name)?.count ?? 0) + 1;
        attempts.set(name, { count, next: clock.now() + Math.min(LONGEST_WAIT, 30_000 * 2 ** (count - 1)) });
        if (clock.now() - message.time > GIVE_UP) {
            fs.renameSync(path.join(queue, name), path.join(failed, name));
            attempts.delete(name);
            keepNewest(failed, 500);
            report(
                `mail "${message.subject}" to ${message.to} was not taken for 3 days, and is given up: ${error.message}`,
            );
        } else if (count === 1) {
            report(`mail "${message.subject}" to ${message.to} is not taken, and is tried again: ${error.message}`);
        }
    }

    function kick(): void {
        asked = true;
        if (stopped || working) {
            return;
        }
        asked = false;
        cancel?.();
        working = work()
            .catch((error: Error) => report(`mail: the queue cannot be worked on: ${error.message}`))
            .finally(() => {
                working = undefined;
                const next = queued().map((name) => attempts.get(name)?.next ?? 0);
                if (asked) {
                    kick(); // for what came while it worked
                } else if (next.length > 0 && !stopped) {
                    cancel = clock.after(Math.max(SHORTEST_WAIT, Math.min(...next) - clock.now()), kick);
                }
            });
    }
    kick();

    return {
        send({ to, ...message }) {
            to.forEach((person, index) => {
                const name = `${message.id}-${index}.json`;
                if (![queue, sent, failed].some((part) => fs.existsSync(path.join(part, name)))) {
                    writeAtomic(path.join(queue, name), JSON.stringify({ ...message, to: person, time: clock.now() }));
                }
            });
            kick();
        },
        waiting: () => queued().flatMap((name) => posted(name) ?? []),
        retry() {
            attempts.clear();
            kick();
        },
        async stop() {
            stopped = true;
            cancel?.();
            await working;
        },
    };
}

const SHORTEST_WAIT = 1000;
const LONGEST_WAIT = 3_600_000;
const GIVE_UP = 3 * 86_400_000;

function keepNewest(folder: string, most: number): void {
    const names = listIfAny(folder);
    if (names.length > most + 50) {
        const aged = names.map((name) => ({ name, time: fs.statSync(path.join(folder, name)).mtimeMs }));
        aged.sort((a, b) => a.time - b.time);
        aged.slice(0, -most).forEach(({ name }) => fs.rmSync(path.join(folder, name), { force: true }));
    }
}
