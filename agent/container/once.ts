import { type Host, type Permit } from "../kind";
import { Supervised } from "../process/supervisor";
import { holdImage } from "../image/store";
import { identityOf, Private, type ProgramInputs, programOf } from "./program";

/** OnceSpec is one run of a command in an image, from start to end. */
export interface OnceSpec extends ProgramInputs {
    /** Whose identity it has: `Job/report`. */
    readonly owner: string;
    /** Names the run among all of its owner: `2026-01-31-0300`. */
    readonly run: string;
    readonly permits: readonly Permit[];
    /** Past it the run is ended. */
    readonly timeoutSeconds: number;
    /** Between the request to end and SIGKILL. @default 10 */
    readonly stopGraceSeconds?: number;
    /** Name of the log that its output goes to. */
    readonly log: string;
    /** Ends it. */
    readonly signal?: AbortSignal;
}

export interface OnceResult {
    /** null when a signal ended it. */
    readonly exitCode: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly timedOut: boolean;
    /** For people: `exit code 1`, `memory limit of 512 MiB`, `not done within 60 s`. */
    readonly reason: string;
    readonly ranMs: number;
    /** Its last 20 lines. */
    readonly logTail: readonly string[];
}

/**
 * Runs one command to its end, with the rules of a container: its own home, its own identity, no leak of the agent's
 * environment, no process left behind.
 *
 * @throws {@link Refusal} when it cannot be started.
 */
export async function runOnce(host: Host, spec: OnceSpec): Promise<OnceResult> {
    const release = holdImage(host, spec.image.directory);
    const id = `${spec.owner}/${spec.run}`;
    const program = await programOf(host, spec.owner, spec).catch((error: unknown) => {
        release();
        throw error;
    });
    const identity = await identityOf(host, spec.owner, spec.permits).catch((error: unknown) => {
        release();
        throw error;
    });
    const own = new Private(host, id, program);
    const { cpu, memory, stopSignal } = program;
    const supervised = new Supervised(host, {
        id,
        command: own.command,
        cwd: program.launch.cwd,
        env: own.env(identity, { MVI_RUN: spec.run }),
        account: own.account,
        log: spec.log,
        source: id.slice(id.indexOf("/") + 1),
        restart: "never",
        stopGraceSeconds: spec.stopGraceSeconds ?? 10,
        dimensions: { resource: spec.owner },
        beforeStart: () => own.prepare(),
        ...(cpu === undefined ? {} : { cpu }),
        ...(memory === undefined ? {} : { memory }),
        ...(stopSignal === undefined ? {} : { stopSignal }),
    });
    let timedOut = false;
    const end = (reason: string) =>
        void supervised.end(reason).catch((error: unknown) => host.report(`${id}: ${String(error)}`));
    const timer = setTimeout(() => {
        timedOut = true;
        end(`not done within ${spec.timeoutSeconds} s`);
    }, spec.timeoutSeconds * 1000);
    const abort = () => end("cancelled");
    spec.signal?.addEventListener("abort", abort);
    try {
        await supervised.start();
        if (spec.signal?.aborted) {
            abort();
        }
        const exit = await supervised.exit();
        await supervised.drained();
        return {
            exitCode: exit?.code ?? null,
            signal: exit?.signal ?? null,
            timedOut,
            reason: exit?.reason ?? "did not start",
            ranMs: exit?.ranMs ?? 0,
            logTail: supervised.tail(20),
        };
    } finally {
        clearTimeout(timer);
        spec.signal?.removeEventListener("abort", abort);
        await supervised.stop(0);
        await own.remove();
        release();
    }
}
