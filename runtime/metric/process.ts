/** What is left to send when the process ends. */

import { type Sender } from "./sender";

const senders = new Set<Sender>();

/** Milliseconds that SIGTERM waits for what is left: clouds give ten seconds from there to the end. */
const PATIENCE = 8000;

/** Sends what is left of it when the process ends. What it answers is called when it has ended before. */
export function attend(sender: Sender): () => void {
    if (senders.size === 0) {
        process.on("beforeExit", finish).on("exit", exit);
        // In front: a handler that is there for once only is counted.
        process.prependListener("SIGTERM", terminate);
    }
    senders.add(sender);
    return () => {
        senders.delete(sender);
        if (senders.size > 0) return;
        process.off("beforeExit", finish).off("exit", exit).off("SIGTERM", terminate);
    };
}

/** It has nothing more to do: it goes on until that is sent, and then comes here once more. */
function finish(): void {
    for (const sender of senders) if (sender.pending) void sender.flush();
}

/** Nothing can be waited for. */
function exit(): void {
    for (const sender of senders) if (sender.pending && sender.driver.immediate) void sender.flush();
}

/** Sends all. Who else listens to the signal decides what becomes of the process; nobody, and it ends as it would have. */
function terminate(): void {
    const alone = process.listenerCount("SIGTERM") === 1;
    const sent = Promise.all([...senders].map((sender) => sender.flush()));
    if (!alone) return;
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE).unref());
    void Promise.race([sent, late]).then(() => {
        process.off("SIGTERM", terminate);
        process.kill(process.pid, "SIGTERM");
    });
}
