/** Search: what of the lines is asked for, and how several logs become one. */

import { type LogLine } from "../kind";
import { type LogQuery, type StoredLine } from "./types";

/** Whether a line is one of those that `query` asks for. */
export function matcher(query: LogQuery): (line: LogLine) => boolean {
    const { source, from = -Infinity, to = Infinity, text } = query;
    const contains =
        text === undefined
            ? () => true
            : typeof text === "string"
              ? (line: string) => line.includes(text)
              : (line: string) => line.search(text) >= 0; // search() has no memory, whatever the flags
    return (line) =>
        line.time >= from &&
        line.time < to &&
        (source === undefined || line.source === source || line.source.startsWith(`${source}/`)) &&
        contains(line.text);
}

/** Lines of several logs, each in order, as one that is in order. */
export async function* merge(parts: AsyncGenerator<StoredLine>[], descending: boolean): AsyncGenerator<StoredLine> {
    const heads = await Promise.all(parts.map(async (part) => ({ part, next: await part.next() })));
    for (;;) {
        let first: (typeof heads)[number] | undefined;
        for (const head of heads) {
            if (!head.next.done && (!first || before(head.next.value, first.next.value as StoredLine, descending))) {
                first = head;
            }
        }
        if (!first) {
            return;
        }
        yield first.next.value as StoredLine;
        first.next = await first.part.next();
    }
}

/** Sorts lines of one segment: sources that write at once arrive a little out of order. */
export function inOrder(lines: LogLine[], descending: boolean): LogLine[] {
    lines.sort((a, b) => a.time - b.time);
    return descending ? lines.reverse() : lines;
}

function before(a: LogLine, b: LogLine, descending: boolean): boolean {
    return descending ? a.time > b.time : a.time < b.time;
}
