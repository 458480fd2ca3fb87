/** Measures ours against a program by hand: side by side, in turns, each preview and each up in a process of its own. */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import type { Cost, Order } from "./run";

/** Costs is what a preview and an up cost: the time of each, what both took of a processor, the most that one had of the rest. */
type Costs = Omit<Cost, "time"> & Readonly<Record<Order["step"], number>>;
export type What = Exclude<keyof Costs, "registered">;

/** Ratio is what ours costs, and what it costs by hand: the least of all turns, and how many times as much it is. */
export interface Ratio {
    readonly ours: number;
    readonly byHand: number;
    readonly times: number;
    /** How many turns there were. */
    readonly turns: number;
    /** By hand without components, once. */
    readonly flat?: number;
}

export type Ratios = Readonly<Record<What, Ratio>>;

const node = ["--require", "tsx/cjs"];
const root = path.resolve(__dirname, "../..");

export class Scale {
    private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-scale-"));
    private provider: ChildProcess | undefined;
    private attach: string | undefined;

    /**
     * The costs of so many containers, each side measured `turns` times. The least of each counts: what else the machine does
     * makes a turn longer, and none shorter.
     *
     * @param until - when no more turn is begun that would not have ended by then: milliseconds since the process began
     * @param flat - measures a program without components too, once: it registers less, and is there to see what they cost
     */
    async measure(
        order: Pick<Order, "cloud" | "count" | "by">,
        turns: number,
        flat = false,
        until = Infinity,
    ): Promise<Ratios> {
        const recording = path.join(this.folder, `${order.cloud}-${order.count}.json`);
        const attach = order.by === "engine" ? await this.instant() : undefined;
        const cost = (side: Order["side"], holding = false) => both({ ...order, side, recording, attach, holding });
        // This one writes the recording, and measures nothing.
        if (!fs.existsSync(recording)) await run({ ...order, side: "ours", step: "preview", recording });
        const [ours, byHand]: Costs[][] = [[], []];
        const began = performance.now();
        const fits = (turn: number) => turn === 0 || performance.now() + (performance.now() - began) / turn < until;
        for (let turn = 0; turn < turns && fits(turn); turn++) {
            // Whoever is second finds a warmer machine: they take turns in that, too.
            const first = turn % 2 === 0;
            if (first) ours.push(await cost("ours"));
            byHand.push(await cost("by hand"));
            if (!first) ours.push(await cost("ours"));
        }
        // Or there is nothing to compare.
        const registered = new Set([...ours, ...byHand].map((costs) => costs.registered));
        if (registered.size !== 1 || registered.has(undefined))
            throw new Error("by hand, other resources were registered than by ours");
        const without = flat ? await cost("flat") : undefined;
        // Where nothing is waited for, a program holds what it holds: once is enough.
        const holding = order.by === "mocks" ? [await cost("ours", true), await cost("by hand", true)] : undefined;
        const ratio = (what: What): Ratio => {
            const [one, other] =
                what === "held" && holding
                    ? holding.map(({ held }) => held)
                    : [ours, byHand].map((costs) => Math.min(...costs.map((each) => each[what])));
            return {
                ours: one,
                byHand: other,
                times: one / other,
                turns: ours.length,
                flat: without?.[what] || undefined,
            };
        };
        const names: What[] = ["preview", "up", "processor", "memory", "held", "state", "resources"];
        return Object.fromEntries(names.map((what) => [what, ratio(what)])) as Ratios;
    }

    close(): void {
        this.provider?.kill();
        fs.rmSync(this.folder, { recursive: true, force: true });
    }

    /** The instant provider, in a process of its own: what it needs is nobody's cost. */
    private async instant(): Promise<string> {
        if (this.attach) return this.attach;
        const main = path.join(__dirname, "../support/instant/main.ts");
        this.provider = spawn(process.execPath, [...node, main], { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
        const [line] = (await once(this.provider.stdout!, "data")) as [Buffer];
        return (this.attach = line.toString().trim());
    }
}

async function both(order: Omit<Order, "step">): Promise<Costs> {
    const preview = await run({ ...order, step: "preview" });
    const up = await run({ ...order, step: "up" });
    const most = (what: "memory" | "held") => Math.max(preview[what], up[what]);
    return {
        preview: preview.time,
        up: up.time,
        processor: preview.processor + up.processor,
        memory: most("memory"),
        held: most("held"),
        state: up.state,
        resources: up.resources,
        registered: up.registered,
    };
}

async function run(order: Order): Promise<Cost> {
    // 1000 containers are 14,000 resources on AWS: 4.5 GB, and Node's own limit is 4 GB, for both sides.
    const room = order.count < 1000 ? [] : ["--max-old-space-size=8192"];
    const collecting = order.holding ? ["--expose-gc"] : [];
    const words = [...room, ...collecting, ...node, path.join(__dirname, "run.ts"), JSON.stringify(order)];
    const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: root, maxBuffer: 2 ** 26 });
    return JSON.parse(stdout.trim().split("\n").pop()!) as Cost;
}

export function median(numbers: readonly number[]): number {
    const sorted = [...numbers].sort((a, b) => a - b);
    const middle = Math.floor(sorted.length / 2);
    return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
