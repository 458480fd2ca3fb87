/** FilterLogEvents and GetLogEvents: pages of lines. A stream is a source, such as `web/1`. */

import { filterOf } from "./filter-pattern";
import { type Fields, invalid, numberOf, textOf, textsOf, timeOf } from "./request";
import { type LogStore, type StoredLine } from "./types";

/** Lines of all streams, or of some, that match a pattern; oldest first. */
export async function filterLogEvents(store: LogStore, log: string, request: Fields): Promise<object> {
    const matches = filterOf(textOf(request, "filterPattern") ?? "");
    const streams = textsOf(request, "logStreamNames");
    const prefix = textOf(request, "logStreamNamePrefix");
    if (streams && prefix !== undefined)
        throw invalid("logStreamNames and logStreamNamePrefix exclude each other: leave one out.");
    const { lines, next } = await pageOf(store, log, {
        from: timeOf(request, "startTime"),
        to: endOf(request, 1), // lines of that very millisecond are given
        limit: limitOf(request),
        descending: false,
        after: positionIn(textOf(request, "nextToken"), "f"),
        wanted: ({ source, text }) =>
            (streams?.includes(source) ?? true) && source.startsWith(prefix ?? "") && matches(text),
    });
    const events = lines.map(({ source, nth, ...line }) => ({
        ...eventOf(line),
        logStreamName: source,
        eventId: `${line.time}${String(nth).padStart(6, "0")}`,
    }));
    return { events, searchedLogStreams: [], ...(next.more && { nextToken: tokenOf("f", next) }) };
}

/** Lines of one stream, oldest first: the newest of them, or from the start, and then on in either direction. */
export async function getLogEvents(store: LogStore, log: string, request: Fields): Promise<object> {
    const stream = textOf(request, "logStreamName");
    if (stream === undefined) throw invalid("logStreamName is required.");
    const token = textOf(request, "nextToken");
    const forward = token === undefined ? request.startFromHead === true : token.startsWith("f/");
    const after = positionIn(token, forward ? "f" : "b");
    const { lines, next, first } = await pageOf(store, log, {
        from: timeOf(request, "startTime"),
        to: endOf(request, 0),
        limit: limitOf(request),
        descending: !forward,
        after,
        wanted: ({ source }) => source === stream,
    });
    // At an end the token is the one that was given: so clients see that they are there.
    const [newest, oldest] = forward ? [next, first] : [first, next];
    return {
        events: (forward ? lines : lines.reverse()).map(eventOf),
        nextForwardToken: tokenOf("f", newest ?? START),
        nextBackwardToken: tokenOf("b", oldest ?? START),
    };
}

/** Position is behind `skip` lines of the millisecond `time`, in the direction of reading. */
interface Position {
    readonly time: number;
    readonly skip: number;
}

const START: Position = { time: 0, skip: 0 };

interface PageQuery {
    readonly from: number | undefined;
    /** Before this time. */
    readonly to: number | undefined;
    readonly limit: number;
    readonly descending: boolean;
    readonly after: Position | undefined;
    wanted(line: StoredLine): boolean;
}

/** PageLine is a line with its number among those of its millisecond. */
type PageLine = StoredLine & { readonly nth: number };

/** `first` is where reading in the other direction goes on from: before the first line of this page. */
async function pageOf(
    store: LogStore,
    log: string,
    { from, to, limit, descending, after, wanted }: PageQuery,
): Promise<{ lines: PageLine[]; next: Position & { more: boolean }; first: Position | undefined }> {
    const bounds = descending
        ? { from, to: after ? Math.min(after.time + 1, to ?? Infinity) : to }
        : { from: after ? Math.max(after.time, from ?? 0) : from, to };
    const lines: PageLine[] = [];
    let position = after ?? { time: descending ? Date.now() : 0, skip: 0 };
    let passed = 0;
    let bytes = 0;
    const order = descending ? "desc" : "asc";
    for await (const line of store.query({ log, ...bounds, limit: Infinity, order })) {
        if (!wanted(line)) continue;
        if (after && line.time === after.time && passed++ < after.skip) continue;
        bytes += Buffer.byteLength(line.text);
        if (lines.length === limit || (lines.length > 0 && bytes > MOST_BYTES))
            return { lines, next: { ...position, more: true }, first: before(lines) };
        position = { time: line.time, skip: position.time === line.time ? position.skip + 1 : 1 };
        lines.push({ ...line, nth: position.skip });
    }
    return { lines, next: { ...position, more: false }, first: before(lines) ?? position };
}

/** All lines of the first one's millisecond in this page are behind us. */
function before(lines: readonly StoredLine[]): Position | undefined {
    const time = lines[0]?.time;
    return time === undefined ? undefined : { time, skip: lines.filter((line) => line.time === time).length };
}

const MOST_BYTES = 1024 * 1024;

function limitOf(request: Fields): number {
    return numberOf(request, "limit", 1, 10_000) ?? 10_000;
}

function endOf(request: Fields, more: number): number | undefined {
    const end = timeOf(request, "endTime");
    return end === undefined ? undefined : end + more;
}

function tokenOf(direction: "f" | "b", { time, skip }: Position): string {
    return `${direction}/${time}/${skip}`;
}

function positionIn(token: string | undefined, direction: "f" | "b"): Position | undefined {
    if (token === undefined) return undefined;
    const [, way, time, skip] = /^([fb])\/(\d{1,16})\/(\d{1,9})$/.exec(token) ?? [];
    if (way !== direction) throw invalid("The specified nextToken is invalid.");
    return { time: Number(time), skip: Number(skip) };
}

function eventOf({ time, text }: Pick<StoredLine, "time" | "text">) {
    return { timestamp: time, message: text, ingestionTime: time };
}
