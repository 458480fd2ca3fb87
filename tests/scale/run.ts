// One measurement in a process of its own: node … run.ts <Order as JSON>. It says what came of it in one line of JSON.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { openCloud } from "pulumi-mvi";
import { Workspace } from "../support/engine";
import { answerOf, configOf, outputsOf } from "../support/instant/clouds";
import { run } from "../support/mocks";
import { many } from "./program";
import { record, type Recording } from "../support/record";
import { replay } from "./replay";

// No container engine is needed to see what would be built.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";
// Which the Automation API finds by itself.
if (process.env.MVI_PULUMI) process.env.PATH = `${process.env.MVI_PULUMI}${path.delimiter}${process.env.PATH}`;

/** Order is what to measure. */
export interface Order {
    readonly cloud: "aws" | "gcp" | "local";
    /** How many containers. */
    readonly count: number;
    /** By hand with components, as ours has them; `flat`: by hand without. */
    readonly side: "ours" | "by hand" | "flat";
    readonly by: "mocks" | "engine";
    /** One of both: for each the engine starts the program anew, and what the first leaves behind would burden the second. */
    readonly step: "preview" | "up";
    /** A file with what ours registers. */
    readonly recording: string;
    /** The instant provider. */
    readonly attach?: string;
    /** Measures {@link Cost.held} instead of time, under mocks: the process has to be started with `--expose-gc`. */
    readonly holding?: boolean;
}

/** Cost is what it took: milliseconds and bytes. */
export interface Cost {
    /** Under mocks, where nothing is waited for, of a processor, so that other programs do not blur it; else by the clock. */
    readonly time: number;
    /** What the program's process took of a processor. */
    readonly processor: number;
    /** The most memory that the program's process had, with the garbage that was not collected yet. */
    readonly memory: number;
    /** The most that the program held when its garbage was collected, ten times; 0 where not `holding`. */
    readonly held: number;
    /** The size of the state; 0 under mocks, and of a preview. */
    readonly state: number;
    /** Resources of the cloud, as recorded. */
    readonly resources: number;
    /** All that was registered, components too, as one hash: the URNs in the state, or types and names under mocks. */
    readonly registered?: string;
}

async function main(order: Order): Promise<void> {
    // What loading the package takes is a figure of its own. What a program's resources need besides is loaded as it makes them,
    // on both sides.
    openCloud(order.cloud);
    // For each resource the SDK takes a stack trace; tsx has them translated, which users' programs do not.
    process.setSourceMapsEnabled(false);
    if (!fs.existsSync(order.recording)) await recordTo(order);
    const recorded = JSON.parse(fs.readFileSync(order.recording, "utf8")) as Recording;
    const body = () =>
        order.side === "ours" ? void many(order.cloud, order.count) : replay(recorded, order.side === "flat");
    const resources = recorded.resources.length;
    const before = ofProcessor();
    const registered = order.holding ? holding(resources) : () => undefined;
    const costs = order.by === "mocks" ? await underMocks(order, body, registered) : await throughEngine(order, body);
    const processor = ofProcessor() - before;
    const memory = process.resourceUsage().maxRSS * 1024;
    process.stdout.write(`${JSON.stringify({ ...costs, processor, memory, held, resources } satisfies Cost)}\n`);
}

let held = 0;

/** Collects garbage as each tenth of so many resources is registered: a moment when much is under way. */
function holding(resources: number): () => void {
    const step = Math.ceil(resources / 10);
    let registered = 0;
    return () => {
        if (++registered % step !== 0) return;
        gc!();
        const { heapUsed, external } = process.memoryUsage();
        held = Math.max(held, heapUsed + external);
    };
}

async function recordTo(order: Order): Promise<void> {
    let recording: Recording | undefined;
    await mocked(order, false, () => {
        recording = record();
        many(order.cloud, order.count);
    });
    fs.writeFileSync(order.recording, JSON.stringify(recording));
    process.stdout.write("{}\n");
    process.exit(0);
}

const mocked = ({ cloud }: Order, preview: boolean, body: () => void, registered = () => {}) =>
    run(
        {
            config: configOf[cloud],
            preview,
            outputs: (type, name, inputs) => {
                registered();
                return outputsOf({ type, name, inputs });
            },
            calls: answerOf,
        },
        body,
    );

async function underMocks(order: Order, body: () => void, registered: () => void) {
    const { time, result } = await timed(() => mocked(order, order.step === "preview", body, registered), ofProcessor);
    return { time, state: 0, registered: hashOf(result.made.map(({ type, name }) => `${type} ${name}`)) };
}

async function throughEngine({ cloud, attach, step }: Order, body: () => void) {
    const workspace = new Workspace({
        PULUMI_DEBUG_PROVIDERS: attach!,
        // A backend of files writes the whole state after each step: with the square of the resources, for both sides. It is
        // written at the end.
        PULUMI_EXPERIMENTAL: "true",
        PULUMI_SKIP_CHECKPOINTS: "true",
    });
    try {
        const stack = await workspace.stack("dev", async () => body(), configOf[cloud]);
        if (step === "preview") return { time: (await timed(() => stack.preview(), byClock)).time, state: 0 };
        const { time } = await timed(() => stack.up(), byClock);
        const text = workspace.state("dev");
        const { resources } = (JSON.parse(text) as State).checkpoint.latest;
        return { time, state: text.length, registered: hashOf(resources.map(({ urn }) => urn)) };
    } finally {
        workspace.close();
    }
}

interface State {
    readonly checkpoint: { readonly latest: { readonly resources: readonly { readonly urn: string }[] } };
}

const hashOf = (names: readonly string[]): string =>
    createHash("sha256")
        .update([...names].sort().join("\n"))
        .digest("hex");

async function timed<T>(work: () => Promise<T>, clock: () => number): Promise<{ time: number; result: T }> {
    const started = clock();
    const result = await work();
    return { time: clock() - started, result };
}

const byClock = () => performance.now();

/** Milliseconds that this process has had, all threads together: the collector of garbage has its own. */
function ofProcessor(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
}

void main(JSON.parse(process.argv[2]) as Order).then(() => process.exit(0));
