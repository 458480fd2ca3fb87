/** Reading a log over CloudWatch Logs' protocol, for who has a link to read it. */

import { type Host, type Identity } from "../kind";
import { denied, ServiceFault } from "../kv/fault";
import { type JsonService } from "../kv/json-service";
import { filterLogEvents, getLogEvents } from "./events";
import { type Fields, invalid, textOf } from "./request";
import { describeLogStreams } from "./streams";
import { type LogStore } from "./types";

/** What the server of logs does: see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference. */
export function logsService(host: Host, store: LogStore): JsonService {
    return {
        name: "logs",
        target: "Logs_20140328",
        contentType: "application/x-amz-json-1.1",
        limit: 64 * 1024,
        operations: new Set(Object.keys(OPERATIONS)),
        async serve(operation, request, identity) {
            const log = logOf(request);
            if (!mayRead(identity, log))
                throw denied(
                    `${identity.owner} is not authorized to perform logs:${operation} on the log ${log}: no link permits it to read.`,
                );
            if (!store.list().some(({ name }) => name === log))
                throw new ServiceFault("ResourceNotFoundException", "The specified log group does not exist.");
            return OPERATIONS[operation](store, log, request);
        },
        served: ({ operation, status, seconds }) => {
            host.metrics.count("log_requests_total", 1, { op: operation, status: String(status) });
            host.metrics.observe("log_request_seconds", seconds, { op: operation });
        },
    };
}

const OPERATIONS: Readonly<Record<string, (store: LogStore, log: string, request: Fields) => Promise<object>>> = {
    FilterLogEvents: filterLogEvents,
    GetLogEvents: getLogEvents,
    DescribeLogStreams: describeLogStreams,
};

/** Writing does not include reading, as on a cloud: a log may hold what its writers are not to see. */
function mayRead({ permits }: Identity, log: string): boolean {
    return permits.some(({ kind, id, access }) => kind === "Log" && id === log && access.includes("read"));
}

/** The log, which may be named by an ARN. */
function logOf(request: Fields): string {
    const name = textOf(request, "logGroupName") ?? textOf(request, "logGroupIdentifier");
    if (!name) throw invalid("logGroupName is required.");
    return name.replace(/^arn:[^:]*:logs:[^:]*:[^:]*:log-group:/, "").replace(/:\*$/, "");
}
