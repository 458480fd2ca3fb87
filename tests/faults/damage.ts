// A stack that holds what must not be lost, for who damages it.
import { expect } from "chai";
import { type TestAgent, until } from "../agent/harness";
import { type Aim } from "../support/proof";
import { keep, keepsOf } from "./kept";
import { runningIn, webs } from "./machine";
import { type Figures, prove } from "./proof";
import { type faultHome, small, type Version } from "./support";

/** A stack of the small app, with a file, a value and, where it has a database, a row. */
export async function begin(home: ReturnType<typeof faultHome>, version: () => Version) {
    const stack = await home.stack(small(version));
    const url = (await stack.up()).outputs.url.value as string;
    const agent = home.agent();
    await keep(agent.place, keepsOf(version()));
    return { stack, url, agent };
}

/** Says what was seen; all that was kept must be there. */
export function show(what: string, figures: Figures & { kept: Aim }, times = 1): void {
    prove("damage", what, times, figures);
    expect(figures.kept.got).to.equal(figures.kept.wanted);
}

/** As the system does it when the machine is shut down. */
export async function stop({ pid }: TestAgent): Promise<void> {
    process.kill(pid("agent")!, "SIGTERM");
    await until("the agent is stopped", () => pid("agent") === undefined && pid("guardian") === undefined);
}

/** Two replicas run, no more and no less, and answer. */
export async function serves(root: string, url: string): Promise<void> {
    const two = (): boolean => runningIn(root).filter(({ command }) => webs.test(command)).length === 2;
    await until("two replicas serve", async () => two() && (await fetch(url)).status === 200, 60_000);
}
