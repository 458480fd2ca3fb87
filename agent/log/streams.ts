import { type Fields, invalid, numberOf, textOf } from "./request";
import { type LogStore } from "./types";

/** DescribeLogStreams: the sources that a log has lines of, by name. All lines are looked at: there is no list of them. */
export async function describeLogStreams(store: LogStore, log: string, request: Fields): Promise<object> {
    const prefix = textOf(request, "logStreamNamePrefix") ?? "";
    const limit = numberOf(request, "limit", 1, 50) ?? 50;
    const after = textOf(request, "nextToken");
    const latest = request.orderBy === "LastEventTime";
    if (latest && after !== undefined) throw invalid("nextToken is for orderBy LogStreamName: leave one out.");
    const found = new Map<string, { firstEventTimestamp: number; lastEventTimestamp: number }>();
    for await (const { source, time } of store.query({ log, limit: Infinity })) {
        if (!source.startsWith(prefix)) continue;
        const { firstEventTimestamp = time, lastEventTimestamp = time } = found.get(source) ?? {};
        found.set(source, {
            firstEventTimestamp: Math.min(firstEventTimestamp, time),
            lastEventTimestamp: Math.max(lastEventTimestamp, time),
        });
    }
    const all = [...found].map(([logStreamName, times]) => ({ logStreamName, ...times }));
    all.sort((a, b) =>
        latest ? a.lastEventTimestamp - b.lastEventTimestamp : a.logStreamName < b.logStreamName ? -1 : 1,
    );
    if (request.descending === true) all.reverse();
    const begin = after === undefined ? 0 : all.findIndex(({ logStreamName }) => logStreamName === after) + 1;
    const logStreams = all.slice(begin, begin + limit);
    const more = !latest && begin + limit < all.length;
    return { logStreams, ...(more && { nextToken: logStreams.at(-1)?.logStreamName }) };
}
