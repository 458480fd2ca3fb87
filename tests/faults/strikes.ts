// What may be killed of the guestbook.
import { agents, guardians, kill, killChildren, postmasters, struck, webs, workers } from "./machine";

export interface Strike {
    readonly name: string;
    /** What the engine does meanwhile. */
    readonly during?: "up";
    /** Nothing is left that could bring it back: the next `up` does. */
    readonly byUp?: boolean;
    /** kill -9 for what runs at `root`. @throws Missed when it is not there */
    hit(root: string): void;
}

const hit = (root: string, which: RegExp, most?: number): void => struck(kill(root, which, most), String(which));
const hitChildren = (word: string): void => struck(killChildren(word), word);

/**
 * The agent, and all. In a first `up` it is the plugin that has started the agent, and as long as that one runs, agent and
 * guardian are our own children's children.
 */
const killAgent = (root: string): number => killChildren("agent/main") + kill(root, agents);
function killAll(root: string, command: string): number {
    const words = ["agent/main", "guardian/main", "plugin/main", ` ${command} `];
    const killed = words.map((word) => killChildren(word));
    return killed.reduce((sum, count) => sum + count, 0) + kill(root, /./);
}

/** Strikes in the middle of the engine's `up` or `destroy`. */
export const during = (command: "up" | "destroy"): Strike[] => [
    { name: `the engine in ${command}`, hit: () => hitChildren(` ${command} `) },
    { name: `the agent in ${command}`, hit: (root) => struck(killAgent(root), "the agent") },
    {
        name: `all at once in ${command}`,
        byUp: true,
        hit: (root) => struck(killAll(root, command), "all"),
    },
    { name: `the plugin in ${command}`, hit: () => hitChildren("plugin/main") },
];

const inUp: Strike[] = [
    ...during("up"),
    { name: "the postmaster in up", hit: (root: string) => hit(root, postmasters) },
].map((strike) => ({ ...strike, during: "up" }));

const between: Strike[] = [
    { name: "a replica", hit: (root) => hit(root, webs, 1) },
    // the servers of buckets and tables run in it
    { name: "the agent with its Blob and KV servers", hit: (root) => hit(root, agents) },
    { name: "the postmaster", hit: (root) => hit(root, postmasters) },
    { name: "the guardian", hit: (root) => hit(root, guardians) },
    { name: "both replicas and the worker", hit: (root) => (hit(root, webs), hit(root, workers)) },
    { name: "the agent and the postmaster", hit: (root) => (hit(root, agents), hit(root, postmasters)) },
    { name: "the postmaster and a replica", hit: (root) => (hit(root, postmasters), hit(root, webs, 1)) },
    { name: "the guardian and a replica", hit: (root) => (hit(root, guardians), hit(root, webs, 1)) },
    { name: "the worker and the agent", hit: (root) => (hit(root, workers), hit(root, agents)) },
    { name: "all at once", byUp: true, hit: (root) => hit(root, /./) },
];

/** So many strikes: each kind once, then those in the middle of `up` less often than the others, as they take long. */
export function strikes(count: number): Strike[] {
    const turn = inUp.flatMap((one) => [...between, ...between.slice(0, 5), one]);
    const all = [...between, ...inUp];
    while (all.length < count) all.push(...turn);
    return all.slice(0, count);
}
