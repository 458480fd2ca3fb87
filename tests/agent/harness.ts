// Agents of real processes in a temp folder, and what they leave.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { holder } from "../../agent/core/claim";
import { call } from "../../agent/core/client";
import { callEnsured, ensureAgent } from "../../agent/core/launch";
import { type Place, placeOf } from "../../agent/core/place";
import { type Removed, type Status } from "../../agent/core/handlers";
import { signalProcess } from "../../agent/process/records";
import { removeTree } from "../../agent/process/remove";
import { reapLeftovers } from "../../agent/process/supervisor";
import { type FakeInputs, type FakeOutputs } from "./kinds";

export interface TestAgent {
    readonly place: Place;
    start(): Promise<void>;
    apply(
        id: string,
        inputs: FakeInputs,
        more?: { urn?: string; secrets?: string[]; create?: boolean },
    ): Promise<FakeOutputs>;
    remove(id: string): Promise<Removed>;
    read(id: string): Promise<{ inputs: FakeInputs } | null>;
    status(): Promise<Status>;
    /** Tells it to end, and waits until it has. */
    stop(): Promise<void>;
    /** kill -9 */
    kill(role: "agent" | "guardian"): number;
    /** kill -9 of both at once, so that neither brings the other back: nothing runs afterwards. */
    killBoth(): Promise<void>;
    pid(role: "agent" | "guardian"): number | undefined;
}

/** A home for agents, with what its environment says; `close` ends them all. */
export function testHome(environment: NodeJS.ProcessEnv = {}) {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-test-"));
    fs.chmodSync(root, 0o711); // as root, workloads run as accounts that must pass through it
    const before = { ...process.env };
    Object.assign(
        process.env,
        { MVI_BOOT: "off", MVI_BUILD: "test", MVI_KINDS: path.join(__dirname, "kinds.ts") },
        environment,
    );
    const agents: TestAgent[] = [];
    return {
        root,
        agent(stack = "project/dev", home = root): TestAgent {
            const agent = testAgent(placeOf(stack, home));
            agents.push(agent);
            return agent;
        },
        async close(): Promise<void> {
            for (const agent of agents) {
                await endAll(agent);
                if (fs.existsSync(agent.place.folder)) {
                    await reapLeftovers(path.join(agent.place.folder, "data", "processes"), 0); // of a test that failed
                }
            }
            removeTree(root);
            for (const name of Object.keys(process.env)) {
                delete process.env[name];
            }
            Object.assign(process.env, before);
        },
    };
}

/** Waits until `true`, a value, or no error; for a look that does not answer it waits no longer than for one that says no. */
export async function until<T>(
    what: string,
    look: () => T | undefined | false | Promise<T | undefined | false>,
    limit = 10_000,
): Promise<T> {
    const since = Date.now();
    let last: unknown;
    while (Date.now() - since < limit) {
        try {
            const late = sleep(limit - (Date.now() - since), undefined, { ref: false });
            const value = await Promise.race([look(), late.then(() => Promise.reject(new Error("no answer")))]);
            if (value !== undefined && value !== false) {
                return value;
            }
        } catch (error) {
            last = error;
        }
        await sleep(20);
    }
    throw new Error(`not within ${limit} ms: ${what} (${String(last)})`);
}

/** The error that `run` rejects with. */
export async function refusal(run: Promise<unknown>): Promise<Error> {
    try {
        await run;
    } catch (error) {
        return error as Error;
    }
    throw new Error("it did not reject");
}

/** kill -9 of what is left of it, until there is nothing: one may end by itself meanwhile, or have started the other anew. */
async function endAll({ pid }: Pick<TestAgent, "pid">): Promise<void> {
    for (;;) {
        const [guardian, agent] = [pid("guardian"), pid("agent")];
        if (guardian === undefined && agent === undefined) return;
        // Each answers the other's death by starting it anew: a guardian that stands still does not, however late its own comes.
        if (guardian !== undefined) signalProcess(guardian, "SIGSTOP");
        if (agent !== undefined) signalProcess(agent, "SIGKILL");
        if (guardian !== undefined) signalProcess(guardian, "SIGKILL");
        await sleep(20);
    }
}

function testAgent(place: Place): TestAgent {
    const pid = (role: "agent" | "guardian"): number | undefined => holder(place.folder, role);
    return {
        place,
        pid,
        start: async () => void (await ensureAgent(place)),
        apply: (id, inputs, { urn = `urn:${id}`, secrets = [], create = true } = {}) =>
            callEnsured(place, "apply", { kind: "Fake", id, urn, inputs, secrets, create }),
        remove: (id) => callEnsured(place, "remove", { kind: "Fake", id }),
        read: (id) => callEnsured(place, "read", { kind: "Fake", id }),
        status: () => call(place, "status"),
        async stop() {
            await call(place, "stop");
            await until("it has ended", () => pid("agent") === undefined && pid("guardian") === undefined);
        },
        kill(role) {
            const victim = pid(role);
            if (victim === undefined) {
                throw new Error(`there is no ${role} to kill`);
            }
            process.kill(victim, "SIGKILL");
            return victim;
        },
        async killBoth() {
            if (pid("agent") === undefined) {
                throw new Error("there is no agent to kill");
            }
            await endAll({ pid });
        },
    };
}
