// Stacks of the real engine whose program is made of components, and eyes for what it made.
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { type EngineEvent, type PulumiFn, type Stack, type UpResult } from "@pulumi/pulumi/automation";
import { buildSync } from "esbuild";
import { call } from "../../../agent/core/client";
import { type StoredLine } from "../../../agent/log/types";
import { refusal, until } from "../../agent/harness";
import { pulumiHome, steps } from "../../plugin/harness";

/** How long is waited for what comes by itself: the machine may have much else to do. */
export const patience = 90_000;

export type Live = Awaited<ReturnType<typeof live>>;

/** A stack of `program`, in a home of its own. */
export async function live(program: PulumiFn, config: Record<string, string | { secret: string }> = {}) {
    const home = pulumiHome({ MVI_KINDS: "" });
    fs.chmodSync(home.root, 0o711); // as root, workloads run as other accounts, and must be able to pass
    const stack = await home.stack(program);
    const configure = (values: typeof config) =>
        stack.setAllConfig(
            Object.fromEntries(
                Object.entries(values).map(([key, value]) => [
                    key,
                    typeof value === "string" ? { value } : { value: value.secret, secret: true },
                ]),
            ),
        );
    await configure({ "mvi:cloud": "local", ...config });
    const agent = home.agent();
    return {
        home,
        stack,
        agent,
        configure,
        /** Outputs, and the steps that it took: `update visits`. */
        async up(): Promise<{ outputs: UpResult["outputs"]; steps: string[] }> {
            const events: EngineEvent[] = [];
            const { outputs } = await stack.up({ onEvent: (event) => void events.push(event) });
            return { outputs, steps: steps(events).sort() };
        },
        async unchanged(): Promise<void> {
            const changed = await changesOf(stack);
            if (changed.length > 0) throw new Error(`a second preview has changes: ${changed.join(", ")}`);
        },
        ask: <T>(name: string, body: object = {}): Promise<T> => call<T>(agent.place, name, body),
        /** Waits for a line with `text` in the log. */
        line: (log: string, text: string): Promise<StoredLine> =>
            until(
                `${JSON.stringify(text)} in the log ${log}`,
                async () => (await call<StoredLine[]>(agent.place, "logs", { log, text }))[0],
                patience,
            ),
        /** After a destroy: no file at once, and no process in a moment. */
        async nothingLeft(): Promise<void> {
            const folders = fs.existsSync(home.agents) ? fs.readdirSync(home.agents) : [];
            if (folders.length > 0) throw new Error(`there is still ${folders.join(", ")} in ${home.agents}`);
            await until("no process is left", () => processesOf(home.agents).length === 0);
        },
        /** Ends what a failed test has left: told to stop, an agent ends its servers. */
        async close(): Promise<void> {
            await call(agent.place, "stop").catch(() => undefined); // it is gone
            await until("no process is left", () => processesOf(home.agents).length === 0).catch(() => undefined);
            await home.close();
        },
    };
}

/** Processes whose command or environment names the folder; without this one, and what the engine still runs for it. */
export function processesOf(folder: string): string[] {
    return fs.readdirSync("/proc").flatMap((pid) => {
        if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
        try {
            const command = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
            const mine =
                command.includes(folder) || fs.readFileSync(`/proc/${pid}/environ`, "utf8").includes(`=${folder}/`);
            return mine ? [`${pid} ${command}`] : [];
        } catch {
            return []; // it has just ended
        }
    });
}

/** A folder with the probe as an app: one file and a Dockerfile. */
export function probeIn(root: string): string {
    const folder = path.join(root, "probe");
    fs.mkdirSync(folder, { mode: 0o755 });
    const outfile = path.join(folder, "probe.js");
    buildSync({
        entryPoints: [path.join(__dirname, "probe.ts")],
        outfile,
        bundle: true,
        platform: "node",
        target: "node20",
        external: ["pg-native"],
    });
    fs.chmodSync(outfile, 0o644);
    fs.writeFileSync(
        path.join(folder, "Dockerfile"),
        'FROM node:24-slim\nWORKDIR /app\nCOPY probe.js ./\nCMD ["node", "probe.js"]\n',
    );
    return folder;
}

/** Lets the probe at `url` do something: see probe.ts. What it says of a refusal is thrown. */
export async function ask<T = unknown>(url: string, ...deed: string[]): Promise<T> {
    const response = await fetch(url, { method: "POST", body: JSON.stringify(deed) });
    const answer = (await response.json()) as { done?: T; refused?: string; code?: string };
    if (answer.refused !== undefined) throw new Error([answer.code, answer.refused].filter(Boolean).join(" "));
    return answer.done as T;
}

/** What the probe says of a refusal. */
export const refused = async (url: string, ...deed: string[]): Promise<string> =>
    (await refusal(ask(url, ...deed))).message;

/** What a preview would change, and where. */
export async function changesOf(stack: Stack): Promise<string[]> {
    const events: EngineEvent[] = [];
    await stack.preview({ onEvent: (event) => void events.push(event) });
    return events.flatMap(({ resourcePreEvent }) => {
        const { op, urn, type, detailedDiff } = resourcePreEvent?.metadata ?? {};
        return op && op !== "same" && type !== "pulumi:pulumi:Stack"
            ? [`${op} ${urn?.split("::").pop()} (${Object.keys(detailedDiff ?? {}).join(" ")})`]
            : [];
    });
}

/** What a TCP server answers to `text`. */
export function echo(port: number, text: string): Promise<string> {
    return new Promise((resolve, reject) => {
        const socket = net.connect(port, "127.0.0.1", () => socket.write(text));
        socket.setTimeout(10_000, () => socket.destroy(new Error("no answer within 10 s")));
        socket.once("error", reject);
        socket.once("close", () => reject(new Error("closed without an answer")));
        socket.once("data", (data) => {
            resolve(data.toString());
            socket.destroy();
        });
    });
}

/** Does the port take connections? */
export function listens(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = net.connect(port, "127.0.0.1");
        socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
        socket.once("close", () => socket.destroy());
        socket.once("connect", () => socket.destroy());
    });
}
