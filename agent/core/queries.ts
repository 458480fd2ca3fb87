/** Calls that look into the stack's logs, metrics and jobs, and change nothing but by starting a job. */

import { type Kind } from "../kind";
import { type JobKind } from "../job/kind";
import { type LogQuery, type LogStore, type StoredLine } from "../log/types";
import { type MetricQuery, type MetricStore } from "../metric/types";
import { type ControlCall, type Handler } from "./control";

export interface QueryParts {
    readonly logs: LogStore;
    readonly metrics: MetricStore;
    kind(name: string): Kind;
}

/** The calls, for the table of handlers. */
export function queriesOf({ logs, metrics, kind }: QueryParts): Record<string, Handler> {
    const jobs = (): JobKind => kind("Job") as unknown as JobKind;
    const queries = {
        /** Lines that match: a {@link LogQuery}, with its `text` as a part of a line. */
        logs: async (query: LogQuery) => collect(logs.query(query)),
        /** What logs there are. */
        logList: async () => logs.list(),
        /** Sends each line of `log` from now on as a progress, in JSON, until the caller goes. */
        tail: ({ log }: { log: string }, call: ControlCall) =>
            new Promise((resolve) => {
                const stop = logs.tail(log, (line) => call.progress(JSON.stringify(line)));
                call.signal.addEventListener("abort", () => {
                    stop();
                    resolve(null);
                });
            }),
        /** Values of a metric: a {@link MetricQuery}. */
        metrics: async (query: MetricQuery) => metrics.query(query),
        /** What series there are. */
        series: async ({ name }: { name?: string }) => metrics.series(name),
        /** The last runs of the job `id`, newest first, and when it is due next. */
        runs: async ({ id }: { id: string }) => ({ runs: jobs().history(id), next: jobs().next(id) }),
        /** Begins a run of the job `id` now. */
        run: async ({ id }: { id: string }) => ({ run: jobs().runNow(id).run }),
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
