// What runs and lies there of a stack when all is well, and what must not be left anywhere when it is gone.
import * as fs from "node:fs";
import * as path from "node:path";
import { until } from "../agent/harness";
import { type Aim } from "../support/proof";
import {
    agents,
    engines,
    guardians,
    listeningPorts,
    listens,
    namesIn,
    postmasters,
    type Running,
    runningIn,
    webs,
    workers,
} from "./machine";

/** Census is what there is of a stack: the same before and after, or something was left or lost. */
export interface Census {
    readonly agents: number;
    readonly guardians: number;
    readonly webs: number;
    readonly workers: number;
    readonly postmasters: number;
    /** Processes of none of these kinds that have to do with the folder: an engine, a plugin, what a program started. */
    readonly others: readonly string[];
    /** Ports that its processes listen on. */
    readonly ports: number;
    /** Files of records of processes, and folders of programs. */
    readonly kept: readonly string[];
}

export function census(root: string, folder: string): Census {
    const running = runningIn(root);
    const count = (which: RegExp): number => running.filter(({ command }) => which.test(command)).length;
    const names = (name: string): string[] => {
        const inside = path.join(folder, "data", name);
        return fs.existsSync(inside) ? fs.readdirSync(inside) : [];
    };
    return {
        agents: count(agents),
        guardians: count(guardians),
        webs: count(webs),
        workers: count(workers),
        postmasters: count(postmasters),
        others: othersOf(running),
        ports: listeningPorts(running.map(({ pid }) => pid)).length,
        // without the numbers of replicas, which change with each release
        kept: [...names("processes"), ...names("run")].map((name) => name.replace(/%2F\d+/, "")).sort(),
    };
}

/**
 * Those of no known kind. The sessions of a database are its server's own, and come and go with who asks; and the agent's sources
 * are compiled by a child of its own (tsx), in tests only.
 */
function othersOf(running: readonly Running[]): string[] {
    const known = running.filter(({ command }) =>
        [agents, guardians, webs, workers, postmasters].some((which) => which.test(command)),
    );
    const parents = new Map(known.map(({ pid, command }) => [pid, command]));
    return running
        .filter((one) => !known.includes(one))
        .filter(({ command, parent }) => {
            const owner = parents.get(parent);
            return owner === undefined || !(postmasters.test(owner) || /esbuild --service/.test(command));
        })
        .map(({ command }) => command)
        .sort();
}

/** Below `folder`: what the agent and the plugin write beside the file that it is to be, and set aside to remove. */
export function halvesIn(folder: string): string[] {
    return namesIn(folder).filter((name) => /[.]half$|[.]json[.]new$|(^|[/])[.](gone|removed|new)-[^/]*$/.test(name));
}

/** What is left where nothing should be: it is waited for half a minute, and then counted. */
export interface Left {
    /** Also our own children: an engine, or its plugins. */
    readonly processes: readonly string[];
    readonly ports: readonly number[];
    /** But for the engine's own: its folders, and the plugin's script, which is for the next stack. */
    readonly files: readonly string[];
    readonly temporaries: readonly string[];
}

/** Home is where a test's stacks are. */
export interface Home {
    readonly root: string;
    readonly agents: string;
    /** What all its processes have as TMPDIR. */
    readonly temporary: string;
}

/** @param ports - all that the stack had at any time */
export async function leftOf({ root, agents: folder, temporary }: Home, ports: Iterable<number>): Promise<Left> {
    const running = (): string[] => [...runningIn(root), ...engines()].map(({ command }) => command);
    await until("nothing runs", () => running().length === 0, 30_000).catch(() => undefined);
    const all = [...new Set(ports)];
    const taken = await Promise.all(all.map(listens));
    const ours = new Set([".pulumi", "pulumi", path.basename(temporary), path.basename(folder)]);
    const plugins = path.join(root, "pulumi", "plugins");
    const files = [
        ...(fs.existsSync(folder) ? [folder, ...namesIn(folder).map((name) => path.join(folder, name))] : []),
        ...fs.readdirSync(root).filter((name) => !ours.has(name)),
        ...halvesIn(path.join(root, "pulumi")),
        ...(fs.existsSync(plugins) ? fs.readdirSync(plugins) : []).filter(
            (name) => !/^resource-mvi-local-v/.test(name),
        ),
    ];
    return {
        processes: running(),
        ports: all.filter((_, index) => taken[index]),
        files,
        temporaries: temporariesOf(temporary),
    };
}

/** But for those of others: the SDK's folder of each stack, and what tsx keeps compiled for the tests. */
const temporariesOf = (folder: string): string[] =>
    fs.readdirSync(folder).filter((name) => !/^(automation-|tsx-)/.test(name));

export const isSomething = (left: Left): boolean =>
    Object.values(left).some((each: readonly unknown[]) => each.length > 0);

/** Of all rounds, as figures that must be 0. */
export function leftFigures(all: readonly Left[]): Record<string, Aim> {
    const count = (of: keyof Left): Aim => {
        const got = all.reduce((sum, left) => sum + left[of].length, 0);
        return { got, wanted: 0, met: got === 0 };
    };
    return {
        processesLeft: count("processes"),
        portsLeft: count("ports"),
        filesLeft: count("files"),
        temporaryFilesLeft: count("temporaries"),
    };
}
