/**
 * The calls that are for people: what each answers, and the values that it takes.
 *
 * They are judged here, at whoever asks, and not by the agent: programs call that too, of other versions of this package than
 * its own, and what it does not know of theirs it is to pass over. So an agent that an older version has started is asked no
 * less strictly, and is sent only what it understands.
 */

import { type ResourceState } from "./core/resources";
import { type SeriesInfo } from "./metric/types";
import { count, oneOf, type Sort, text, time } from "./values";

/** Asked is one call. */
export interface Asked {
    /** What it answers, for the help. */
    readonly answers: string;
    /** The values that it takes, by their names. */
    readonly takes: Readonly<Record<string, Taken>>;
}

export interface Taken {
    readonly sort: Sort;
    /** The call cannot do without it. @default false */
    readonly needed?: boolean;
    /** Who says which there are, of a value that names one of them. */
    readonly there?: There;
}

/** There is a call, of agents of any version, and the names that are in its answer. */
export interface There {
    readonly call: string;
    names(answer: never): string[];
}

const ids = (kind: string): There => ({
    call: "list",
    names: (all: readonly ResourceState[]) => all.filter((each) => each.kind === kind).map(({ id }) => id),
});
const logNames: There = { call: "logList", names: (all: readonly { name: string }[]) => all.map(({ name }) => name) };
const metricNames: There = { call: "series", names: (all: readonly SeriesInfo[]) => all.map(({ name }) => name) };
const letterIds: There = { call: "mailList", names: (all: readonly { id: string }[]) => all.map(({ id }) => id) };

const needed = (there: There): Taken => ({ sort: text, needed: true, there });
const period = { from: { sort: time }, to: { sort: time } };
const statistics = oneOf("sum", "avg", "min", "max", "p50", "p90", "p99", "rate", "last");

/** By name, in the order of the help. */
export const questions: Readonly<Record<string, Asked>> = {
    logs: {
        answers: "the newest lines that match, 1000 unless limit= says otherwise; with order=asc the oldest",
        takes: {
            log: { sort: text },
            source: { sort: text },
            ...period,
            text: { sort: text },
            limit: { sort: count },
            order: { sort: oneOf("asc", "desc") },
        },
    },
    logList: { answers: "which logs there are", takes: {} },
    tail: { answers: "each line of a log from now on", takes: { log: needed(logNames) } },
    metrics: {
        answers: "values of a metric: of the last hour, for each 60 seconds, unless said otherwise",
        takes: {
            name: needed(metricNames),
            ...period,
            step: { sort: count },
            statistic: { sort: statistics },
        },
    },
    series: { answers: "which metrics there are", takes: { name: { sort: text } } },
    dashboard: { answers: "what is declared as a Metric, under its headings, with the newest values", takes: {} },
    alarms: { answers: "each alarm's state, since when, and its last changes", takes: {} },
    mailList: { answers: "the letters in the mailbox, newest first", takes: {} },
    mailRead: { answers: "the whole text of a letter", takes: { id: needed(letterIds) } },
    runs: {
        answers: "the last runs of a job, newest first, and when it is due next",
        takes: { id: needed(ids("Job")) },
    },
    run: { answers: "begins a run of a job now", takes: { id: needed(ids("Job")) } },
    listBackups: { answers: "what can be restored of a database", takes: { id: needed(ids("Database")) } },
    backupNow: { answers: "makes a backup of a database now", takes: { id: needed(ids("Database")) } },
    testRestore: {
        answers: "restores the newest state of a database beside it, looks at it, and removes it",
        takes: { id: needed(ids("Database")) },
    },
    restore: {
        answers: "fills the empty KV target= with what the KV source= held then",
        takes: {
            source: needed(ids("Table")),
            time: { sort: time, needed: true },
            target: needed(ids("Table")),
        },
    },
    list: { answers: "what the stack has here, and whether it serves", takes: {} },
    status: { answers: "the agent itself, what it has, and what this machine gives it", takes: {} },
};

/** Each call, with its values and its answer. */
export function help(): string {
    const calls = Object.entries(questions).map(([name, { answers, takes }]) => {
        const call = [`    ${name}`, ...Object.keys(takes).map((each) => `${each}=…`)].join(" ");
        return `${call.length < WIDTH ? call.padEnd(WIDTH) : `${call}\n`.padEnd(call.length + 1 + WIDTH)}${answers}`;
    });
    return `What can be asked, with the values that each call takes:

${calls.join("\n")}

A time is one such as 2026-11-23T04:00:00Z, with its zone, or milliseconds since 1970. It is answered in milliseconds.`;
}

/** Where the answers begin; below a call that reaches there. */
const WIDTH = 40;
