/**
 * What an operator asks of the stack: to look into it, to start a job, and to keep and restore data. A call that is added
 * here is told to people in agent/questions.ts.
 */

import { type AlarmKind } from "../alarm/kind";
import { type DatabaseKind } from "../database/kind";
import { type Kind, Refusal } from "../kind";
import { type JobKind } from "../job/kind";
import { type TableKind } from "../kv/table";
import { type LogQuery, type LogStore, type StoredLine } from "../log/types";
import { type MailKind } from "../mail/kind";
import { type MetricKind } from "../metric/kind";
import { type MetricQuery, type MetricStore } from "../metric/types";
import { type ControlCall, type Handler } from "./control";

export interface QueryParts {
    readonly logs: LogStore;
    readonly metrics: MetricStore;
    kind(name: string): Kind;
}

/** The calls, for the table of handlers. */
export function queriesOf({ logs, metrics, kind }: QueryParts): Record<string, Handler> {
    const of = <K>(name: string): K => kind(name) as unknown as K;
    const jobs = (): JobKind => of("Job");
    const databases = (): DatabaseKind => of("Database");
    const known = (log: string): void => {
        const names = logs.list().map(({ name }) => name);
        if (!names.includes(log)) {
            const there = names.length > 0 ? `there are ${names.join(", ")}` : "nothing has been logged yet";
            throw new Refusal(`logs: there is no log ${log}: ${there}`);
        }
    };
    const queries = {
        /**
         * Lines that match: a {@link LogQuery}, with its `text` as a part of a line. Without an `order` they are the newest,
         * in order of time: what has just happened is what is looked for.
         */
        logs: async (query: LogQuery) => {
            if (query.log !== undefined) known(query.log);
            if (query.order !== undefined) return collect(logs.query(query));
            return (await collect(logs.query({ ...query, order: "desc" }))).reverse();
        },
        /** What logs there are. */
        logList: async () => logs.list(),
        /** Sends each line of `log` from now on as a progress, in JSON, until the caller goes. */
        tail: ({ log }: { log: string }, call: ControlCall) =>
            new Promise((resolve) => {
                known(log);
                const stop = logs.tail(log, (line) => call.progress(JSON.stringify(line)));
                call.signal.addEventListener("abort", () => {
                    stop();
                    resolve(null);
                });
            }),
        /** Values of a metric: a {@link MetricQuery}. By default of the last hour, for each minute. */
        metrics: async ({ name, ...query }: Partial<MetricQuery>) => {
            const [series] = name === undefined ? [] : metrics.series(name);
            if (!series) {
                const names = [...new Set(metrics.series().map((one) => one.name))];
                throw new Refusal(
                    `metrics: there is no metric ${name}: say \`name=…\`, there are ${names.join(", ") || "none yet"}`,
                );
            }
            const now = Date.now();
            const statistic = series.kind === "counter" ? "sum" : "avg";
            return metrics.query({ name: series.name, from: now - 3_600_000, to: now, step: 60, statistic, ...query });
        },
        /** What series there are. */
        series: async ({ name }: { name?: string }) => metrics.series(name),
        /** Each heading of the dashboard, with its metrics and their newest values. */
        dashboard: async () => of<MetricKind>("Metric").dashboard(),
        /** The last runs of the job `id`, newest first, and when it is due next. */
        runs: async ({ id }: { id: string }) => ({ runs: jobs().history(id), next: jobs().next(id) }),
        /** Begins a run of the job `id` now. */
        run: async ({ id }: { id: string }) => ({ run: jobs().runNow(id).run }),
        /** Each alarm's state, since when, and its last changes. */
        alarms: async () => of<AlarmKind>("Alarm").alarms(),
        /** The letters in the mailbox, newest first: what apps and, without a relay, alarms have sent. */
        mailList: async () => of<MailKind>("Mail").letters(),
        /** The whole text of the letter `id`; null when it is gone. */
        mailRead: async ({ id }: { id: string }) => of<MailKind>("Mail").letter(id),
        /** What can be restored of the database `id`, oldest first, with what is left of its earlier lives. */
        listBackups: async ({ id }: { id: string }) => databases().listBackups(id),
        /** Makes a backup of the database `id` now. */
        backupNow: async ({ id }: { id: string }) => databases().backupNow(id),
        /** Restores the newest state of the database `id` beside it, looks at it, and removes it: how long that took. */
        testRestore: async ({ id }: { id: string }) => databases().testRestore(id),
        /** Fills the empty table `target` with what `source` held at `time`, in milliseconds since 1970: how many items. */
        restore: async ({ source, time, target }: { source: string; time: number; target: string }) => ({
            items: await of<TableKind>("Table").restore(source, time, target),
        }),
    };
    return queries as Record<string, Handler>;
}

async function collect(lines: AsyncIterable<StoredLine>): Promise<StoredLine[]> {
    const all: StoredLine[] = [];
    for await (const line of lines) {
        all.push(line);
    }
    return all;
}
