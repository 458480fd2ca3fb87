import { chmodSync, chownSync, lstatSync, mkdirSync } from "node:fs";
import { join, posix } from "node:path";
import { Refusal } from "../kind";
import { type Healthcheck, type ImageConfig, imagePath } from "./config";
import { type ContextInputs, listContext, walk } from "./context";
import { type copyInto, inside } from "./copy";
import { type Dockerfile, durationSeconds, type Instruction, pairs, type Stage } from "./dockerfile";
import { type Command, commandsOf, type Workshop } from "./run";
import { expand, type Scope, words } from "./words";

/** Hands do what instructions say: for real, or only as far as it shows what would be refused. */
export interface Hands {
    copy: typeof copyInto;
    run(root: string, commands: readonly Command[], env: Scope, workdir: string): Promise<void>;
    /** Takes a refusal, so that the others are found too. Without it the first one ends the build. */
    refused?(refusal: Refusal): void;
}

/** A stage that was carried out: its files are in `root`. */
interface Done {
    readonly root: string;
    readonly config: ImageConfig;
}

/** Builder carries out the stages of one Dockerfile on this machine, each at most once. */
export class Builder {
    readonly #done = new Map<Stage, Done>();
    readonly #globals: Scope;

    constructor(
        readonly file: Dockerfile,
        readonly inputs: ContextInputs,
        readonly shop: Pick<Workshop, "image" | "scratch" | "account" | "note">,
        readonly hands: Hands,
    ) {
        this.#globals = file.args.reduce((scope, arg) => ({ ...scope, ...this.#argument(arg, scope, scope) }), {});
    }

    /** The target stage, or the last. */
    async build(root: string): Promise<ImageConfig> {
        const { target } = this.inputs;
        const stage = target === undefined ? this.file.stages.at(-1) : this.#named(target);
        if (stage === undefined) {
            const names = this.file.stages.flatMap((each) => each.name ?? []).join(", ");
            throw new Refusal(
                `Image ${this.shop.image}: there is no stage ${target}; there is: ${names || "none with a name"}`,
            );
        }
        return (await this.#carryOut(stage, root)).config;
    }

    async #carryOut(stage: Stage, root: string): Promise<Done> {
        mkdirSync(root, { recursive: true });
        const base = expand(words(stage.from.text)[0] ?? "", this.#globals);
        const before = this.#named(base, stage);
        const state: State = { config: { ...emptyConfig, ...baseConfig(base) }, args: {}, root };
        if (before !== undefined) {
            const done = await this.#stage(before);
            state.config = done.config;
            await this.hands.copy({ root: done.root, entries: walk(done.root) }, ["."], root, "/", "/");
        } else {
            this.#noteBase(base);
        }
        this.#handOver(root);
        for (const instruction of stage.instructions) {
            await this.#attempt(state, instruction);
        }
        const done = { root, config: state.config };
        this.#done.set(stage, done);
        return done;
    }

    async #stage(stage: Stage): Promise<Done> {
        const root = join(this.shop.scratch, `stage-${this.file.stages.indexOf(stage)}`);
        return this.#done.get(stage) ?? (await this.#carryOut(stage, root));
    }

    async #attempt(state: State, instruction: Instruction): Promise<void> {
        try {
            await this.#instruction(state, instruction);
        } catch (error) {
            if (!this.hands.refused || !(error instanceof Refusal)) throw error;
            this.hands.refused(error);
        }
    }

    async #instruction(state: State, instruction: Instruction): Promise<void> {
        const scope = { ...state.args, ...state.config.env };
        const value = () => words(instruction.text).map((word) => expand(word, scope));
        const set = (change: Partial<ImageConfig>) => void (state.config = { ...state.config, ...change });
        switch (instruction.keyword) {
            case "ARG":
                state.args = { ...state.args, ...this.#argument(instruction, scope, this.#globals) };
                return;
            case "ENV":
                return set({ env: { ...state.config.env, ...expanded(pairs(instruction.text), scope) } });
            case "WORKDIR": {
                const workdir = posix.resolve(state.config.workdir, value().join(" "));
                mkdirSync(inside(state.root, workdir), { recursive: true });
                this.#handOver(state.root);
                return set({ workdir });
            }
            case "COPY":
            case "ADD":
                await this.#copy(state, instruction, instruction.json ?? value());
                return this.#handOver(state.root);
            case "RUN":
                return this.#run(state, instruction, scope);
            case "EXPOSE":
                return set({ exposed: [...state.config.exposed, ...value().map((port) => parseInt(port, 10))] });
            case "CMD":
                return set({ cmd: startForm(instruction) });
            case "ENTRYPOINT":
                // As Docker does: the base's CMD was for the base's ENTRYPOINT.
                return set({ entrypoint: startForm(instruction), cmd: [] });
            case "STOPSIGNAL":
                return set({ stopSignal: value()[0] });
            case "HEALTHCHECK":
                return set({ healthcheck: healthcheck(instruction) });
            case "USER":
                this.shop.note(`USER ${instruction.text}: has no effect on this machine: ${runsAs}`);
                return set({ user: value()[0] });
            case "VOLUME":
            case "ONBUILD":
                return this.shop.note(`${instruction.keyword} ${instruction.text}: has no effect on this machine`);
            case "LABEL":
            case "MAINTAINER":
                return;
            default:
                throw new Refusal(
                    `${this.#where(instruction)}: ${instruction.keyword} is not carried out without a container engine`,
                );
        }
    }

    async #copy(state: State, instruction: Instruction, values: readonly string[]): Promise<void> {
        const { from, chmod, ...rest } = instruction.flags;
        const unknown = Object.keys(rest).find((flag) => flag !== "chown" && flag !== "link");
        const [sources, to] = [values.slice(0, -1), values.at(-1) ?? ""];
        const remote =
            instruction.keyword === "ADD" &&
            sources.find((each) => /^\w+:|^git@|\.(tar|tgz|gz|xz|bz2|zst)(\.|$)/.test(each));
        if (unknown !== undefined || remote) {
            throw new Refusal(
                `${this.#where(instruction)}: ${unknown === undefined ? remote : `--${unknown}`} is not carried out without a container engine: COPY what is in the context`,
            );
        }
        const stage = from === undefined ? undefined : this.#named(from);
        if (from !== undefined && stage === undefined) {
            throw new Refusal(
                `${this.#where(instruction)}: ${from} is not a stage of this file, and no image is pulled without a container engine`,
            );
        }
        const root = stage === undefined ? this.inputs.context : (await this.#stage(stage)).root;
        const entries = stage === undefined ? listContext(this.inputs) : walk(root);
        const mode = chmod === undefined ? undefined : parseInt(chmod, 8);
        try {
            await this.hands.copy({ root, entries }, sources, state.root, state.config.workdir, to, mode);
        } catch (error) {
            throw error instanceof Refusal ? new Refusal(`${this.#where(instruction)}: ${error.message}`) : error;
        }
    }

    async #run({ root, config }: State, instruction: Instruction, env: Scope): Promise<void> {
        await this.hands.run(root, commandsOf(instruction, env, config.workdir, root), env, config.workdir);
    }

    /** RUN works as the account that the workload will have: never as root. */
    #handOver(root: string): void {
        const { account } = this.shop;
        if (account === undefined) {
            return;
        }
        chmodSync(root, 0o755);
        chownSync(root, account.uid, account.gid);
        for (const entry of walk(root)) {
            if (entry.type !== "link" && lstatSync(join(root, entry.path)).uid !== account.uid) {
                chownSync(join(root, entry.path), account.uid, account.gid);
            }
        }
    }

    #argument(instruction: Instruction, scope: Scope, defaults: Scope): Record<string, string> {
        return Object.fromEntries(
            words(instruction.text).flatMap((word) => {
                const [name = "", ...value] = word.split("=");
                const found =
                    this.inputs.args[name] ?? (value.length > 0 ? expand(value.join("="), scope) : defaults[name]);
                return found === undefined ? [] : [[name, found]];
            }),
        );
    }

    #named(name: string, before?: Stage): Stage | undefined {
        const end = before === undefined ? this.file.stages.length : this.file.stages.indexOf(before);
        const stages = this.file.stages.slice(0, end);
        return (
            stages.findLast((each) => each.name === name.toLowerCase()) ??
            (/^\d+$/.test(name) ? stages[Number(name)] : undefined)
        );
    }

    #noteBase(base: string): void {
        const major = /(?:^|\/)node:(\d+)/.exec(base)?.[1] ?? /nodejs(\d+)/.exec(base)?.[1];
        const here = process.versions.node.split(".")[0];
        if (major !== undefined && major !== here) {
            this.shop.note(`FROM ${base}: is not pulled: this machine's Node ${here} is used`);
        } else if (major === undefined && base !== "scratch") {
            this.shop.note(`FROM ${base}: is not pulled: programs are this machine's`);
        }
    }

    #where(instruction: Instruction): string {
        return `Image ${this.shop.image}: Dockerfile:${instruction.line}: ${instruction.keyword} ${instruction.text}`;
    }
}

interface State {
    config: ImageConfig;
    args: Scope;
    readonly root: string;
}

/** An account of this machine with that name or number may be a person's, who has files here. */
const runsAs = "each workload runs as an account of its own, or as whoever runs the agent, and never as root";

const emptyConfig: ImageConfig = { entrypoint: [], cmd: [], env: { PATH: imagePath }, workdir: "/", exposed: [] };

/** What is known of a base without pulling it: how it starts. */
function baseConfig(base: string): Partial<ImageConfig> {
    if (/distroless\/nodejs/.test(base)) {
        return { entrypoint: ["node"] };
    }
    return /(^|\/)node(:|@|$)/.test(base) ? { cmd: ["node"] } : {};
}

function startForm(instruction: Instruction): string[] {
    return instruction.json === undefined ? ["/bin/sh", "-c", instruction.text] : [...instruction.json];
}

function healthcheck(instruction: Instruction): Healthcheck | undefined {
    const [, keyword, command = ""] = /^(\w+)\s*(.*)$/s.exec(instruction.text) ?? [];
    if (keyword?.toUpperCase() !== "CMD") {
        return undefined;
    }
    const { interval = "30s", timeout = "30s", retries = "3", "start-period": start = "0s" } = instruction.flags;
    return {
        command: command.startsWith("[") ? (JSON.parse(command) as string[]) : ["/bin/sh", "-c", command],
        intervalSeconds: durationSeconds(interval),
        timeoutSeconds: durationSeconds(timeout),
        failures: Number(retries),
        initialDelaySeconds: durationSeconds(start),
    };
}

function expanded(list: readonly [string, string][], scope: Scope): Record<string, string> {
    return Object.fromEntries(list.map(([name, value]) => [name, expand(value, scope)]));
}
