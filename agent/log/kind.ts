/** The kind `Log`: a log with a stated retention, and what hangs on it: metrics counted from it, copies of it, and who hears of it. */

import { letGo } from "../core/protect";
import { type Host, type Kind, Refusal } from "../kind";
import { stopOtlp } from "../metric/endpoint";
import { stopLogs } from "./endpoint";
import { type BucketWriter, startExport } from "./export";
import { type LogFilter, type LogInputs, type LogOutputs } from "./log";
import { startSubscriber } from "./subscriber";
import { type DataKeys, type LogStore, type SegmentKey } from "./types";

export type LogKind = Kind<LogInputs, LogOutputs>;

/** @param store - What keeps the lines. @default `host.logs`, as the agent lends it */
export function logKind(host: Host, store: LogStore = host.logs as LogStore): LogKind {
    const running = new Map<string, { name: string; end: () => void }>();

    return {
        name: "Log",
        replaceOn: ["name"],
        stable: { name: [], id: [] },
        secrets: [],
        async apply(id, inputs) {
            const faults = faultsOf(inputs);
            if (faults.length > 0) {
                throw new Refusal(`Log ${id}: ${faults.map(({ input, reason }) => `${input}: ${reason}`).join("; ")}`);
            }
            const { name, retentionDays } = inputs;
            const bucket = inputs.export && buckets(host, id, inputs.export.bucket);
            const key = inputs.key === undefined ? undefined : await segmentKey(host, id, inputs.key);
            running.get(id)?.end();
            store.declare(name, { retentionDays, key, plain: !key });
            const ends = [
                ...(inputs.filters ?? []).map((filter) => startFilter(host, store, name, filter)),
                ...(inputs.subscribers ?? []).map(({ url }) =>
                    startSubscriber(store, name, url, (line) => host.report(line)),
                ),
            ];
            if (inputs.export && bucket) {
                const { everyHours } = inputs.export;
                const state = `${host.folder("log-export")}/${id}.json`;
                ends.push(
                    startExport({
                        store,
                        log: name,
                        bucket,
                        hours: everyHours,
                        state,
                        report: (line) => host.report(line),
                    }),
                );
            }
            running.set(id, { name, end: () => ends.forEach((end) => end()) });
            return { name, id };
        },
        async read(id, recorded) {
            return running.has(id) ? recorded : undefined;
        },
        async remove(id, inputs) {
            const name = running.get(id)?.name ?? inputs?.name;
            if (inputs && !inputs.forceDestroy && name !== undefined && holdsLines(store, name)) {
                throw new Refusal(`Log ${id}: it holds lines, which would be lost: ${letGo}`);
            }
            running.get(id)?.end();
            running.delete(id);
            if (name !== undefined) {
                store.forget(name);
            }
        },
        async stop() {
            running.forEach(({ end }) => end());
            running.clear();
            await stopLogs(host);
            await stopOtlp(host); // when there is no Metric, who does the same
        },
        async check(inputs) {
            return { inputs, faults: faultsOf(inputs) };
        },
    };
}

function faultsOf(inputs: LogInputs): { input: string; reason: string }[] {
    const faults: { input: string; reason: string }[] = [];
    if (!(inputs.retentionDays >= 1 && inputs.retentionDays <= 3653)) {
        faults.push({ input: "retentionDays", reason: `expected 1 to 3653 days, but got ${inputs.retentionDays}` });
    }
    if (inputs.export && !(inputs.export.everyHours > 0)) {
        faults.push({ input: "export", reason: `expected everyHours above 0, but got ${inputs.export.everyHours}` });
    }
    for (const { metric, contains, pattern } of inputs.filters ?? []) {
        if ((contains === undefined) === (pattern === undefined)) {
            faults.push({
                input: "filters",
                reason: `${metric}: expected exactly one of \`contains\` and \`pattern\``,
            });
        }
        try {
            new RegExp(pattern ?? "");
        } catch (error) {
            faults.push({ input: "filters", reason: `${(error as Error).message}: mend the pattern` });
        }
    }
    for (const { url } of inputs.subscribers ?? []) {
        if (!/^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1)(:|\/|$))/.test(url)) {
            faults.push({
                input: "subscribers",
                reason: `expected https://…, or http:// on this machine, but got ${url}`,
            });
        }
    }
    return faults;
}

function holdsLines(store: LogStore, name: string): boolean {
    store.flush();
    return store.list().some((log) => log.name === name && log.bytes > 0);
}

function startFilter(host: Host, store: LogStore, log: string, filter: LogFilter): () => void {
    const { metric, contains = "", pattern, value = 1 } = filter;
    const expression = pattern === undefined ? undefined : new RegExp(pattern);
    return store.tail(log, ({ text }) => {
        if (expression ? expression.test(text) : text.includes(contains)) {
            host.metrics.count(metric, value);
        }
    });
}

/** A new data key: each start of the agent and each change of the log writes under a key of its own. */
async function segmentKey(host: Host, id: string, keyId: string): Promise<SegmentKey> {
    const keys = host.kind("Key") as Kind & Partial<DataKeys>;
    if (!keys?.generateDataKey) {
        throw new Refusal(`Log ${id}: key ${keyId} cannot be used, as this agent keeps no keys: leave \`key\` out`);
    }
    return { ...(await keys.generateDataKey(`Log/${id}`, keyId)), keyId };
}

function buckets(host: Host, id: string, bucket: string): (key: string, body: Buffer) => Promise<void> {
    const kind = host.kind("Bucket") as Kind & Partial<BucketWriter>;
    if (!kind?.put) {
        throw new Refusal(`Log ${id}: bucket ${bucket} cannot be used, as this agent keeps none: leave \`export\` out`);
    }
    return (key, body) => (kind as Kind & BucketWriter).put(bucket, key, body, "application/gzip");
}
