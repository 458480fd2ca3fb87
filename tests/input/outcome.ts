// Carries out a program against mocks of a cloud, with its real drivers, and says how that ended.
import * as pulumi from "@pulumi/pulumi";
import { App, type CloudName, Mistake } from "../../components";
import { checkInputs } from "../../plugin/check";
import { openKinds } from "../../plugin/kinds";
import { lens as aws } from "../aws/lens";
import { lens as gcp } from "../gcp/lens";
import { outputs } from "../local/computed";
import { fakeCloud } from "../support/fake-cloud";
import { type Program, type Registered, run } from "../support/mocks";

// No container engine is needed to see what would be built.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";

/** The clouds that are tried; `none` is one that makes nothing: what goes wrong there is wrong in the components. */
export const clouds = ["none", "local", "aws", "gcp"] as const satisfies readonly (CloudName | "none")[];
export type Tried = (typeof clouds)[number];

export interface Outcome {
    /** With all faults, before anything was made. */
    readonly refusal?: Mistake;
    /** A driver's message about one argument, when other parts are made already: curable, but not gathered. */
    readonly late?: Error;
    /** How many resources a plan has. */
    readonly made: number;
    /** How many of them the checks of the agent's kinds have let pass. */
    readonly judged: number;
    /** Of the processor. */
    readonly milliseconds: number;
    /** By the clock, as a person waits. */
    readonly elapsed: number;
}

/** How a declaration ends. @throws what is neither a message for people nor a plan */
export async function outcomeOf(
    declaration: unknown,
    on: Tried,
    config: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
    return outcome(
        () => {
            const options = on === "none" ? { cloud: fakeCloud().cloud } : {};
            new App("shop", declaration as never, options);
        },
        { ...(on === "none" ? {} : { "mvi:cloud": on }), ...config },
    );
}

/** How a program ends: see {@link outcomeOf}. */
export async function outcome(program: () => void, config: Record<string, string>): Promise<Outcome> {
    const lens = { aws, gcp }[config["mvi:cloud"]] ?? { outputs: local, calls: undefined };
    const mocked = { config, ...lens };
    let thrown: unknown;
    // For each resource the SDK takes a stack trace; tsx has them translated, which users' programs do not.
    const { sourceMapsEnabled } = process;
    process.setSourceMapsEnabled(false);
    const [before, since] = [process.cpuUsage(), performance.now()];
    const ran = await run(mocked, () => {
        try {
            program();
        } catch (error) {
            thrown = error ?? new Error("threw nothing");
        }
    })
        .catch((error: Error) => {
            // What hangs on the resource that was refused is rejected with the same words.
            if (!isLate(thrown) || !error.message.includes(thrown.message)) throw error;
            return { made: [] };
        })
        .finally(() => process.setSourceMapsEnabled(sourceMapsEnabled));
    const elapsed = performance.now() - since;
    const { user, system } = process.cpuUsage(before);
    const took = { milliseconds: (user + system) / 1000, elapsed };
    const made = ran.made.length;
    if (isLate(thrown)) return { late: thrown, made, judged: 0, ...took };
    if (thrown === undefined) {
        const { judged, faults } = await judge(ran.made);
        return { ...(faults.length > 0 && { late: new Error(faults.join("; ")) }), made, judged, ...took };
    }
    if (!(thrown instanceof Mistake)) throw thrown;
    if (made > 0) throw new Error(`${made} were made before the refusal: ${thrown.message}`);
    return { refusal: thrown, made, judged: 0, ...took };
}

const kinds = openKinds();

/** What the checks of the agent's kinds say of a plan, which the engine asks for each resource when it comes to it. */
async function judge(made: readonly Registered[]): Promise<{ judged: number; faults: string[] }> {
    // That of an image reads what is built, which is not there.
    const those = made.filter(({ type }) => type.startsWith("mvi-local:index:") && !type.endsWith(":Image"));
    const found = those.map(async ({ type, name, inputs }) => {
        const { faults } = await checkInputs(kinds.ofToken(type), inputs, { agent: "shop/dev", resourceName: name });
        return faults.map(({ input, reason }) => `${type} ${name}: ${input}: ${reason}`);
    });
    return { judged: those.length, faults: (await Promise.all(found)).flat() };
}

/** What the agent computes: with a URL for each port, whatever its name. */
const local: NonNullable<Program["outputs"]> = (type, _name, { ports }) => {
    const named = Array.isArray(ports) ? (ports as { name: string }[]) : [];
    const internalUrls = Object.fromEntries(named.map(({ name }) => [name, "http://127.0.0.1:7003"]));
    return { ...outputs(type), ...(named.length && { internalUrls }) };
};

/** A message of a driver, which Pulumi shows without a stack trace. */
function isLate(error: unknown): error is Error {
    const curable =
        pulumi.RunError.isInstance(error) ||
        (error instanceof pulumi.ResourceError && (error as { hideStack?: boolean }).hideStack === true);
    return curable && !(error instanceof Mistake);
}

/** What is wrong with a refusal, as one who must mend the declaration sees it; empty when nothing is. */
export function flawsOf({ faults, message }: Mistake): string[] {
    const flaws = faults.flatMap(({ where, what, todo }) => [
        ...(where === "" ? ["it does not say where"] : []),
        ...(what === "" ? ["it does not say what"] : []),
        ...(todo === "" ? ["it does not say what to do"] : []),
    ]);
    if (!faults.length) flaws.push("it has no fault");
    if (/\n\s+at |TypeError|RangeError|is not a function|Cannot read|is not iterable/.test(message))
        flaws.push("it shows our inside");
    if (message.includes("[object ")) flaws.push("it shows an object as JavaScript does");
    // eslint-disable-next-line no-control-regex -- what would move a terminal's cursor, or turn its text around
    if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(message))
        flaws.push("it has control characters");
    const lines = message.split("\n");
    if (lines.length > 102) flaws.push(`it has ${lines.length} lines`);
    const longest = Math.max(...lines.map((line) => line.length));
    if (longest > 1000) flaws.push(`it has a line of ${longest} characters`);
    return [...new Set(flaws)];
}
