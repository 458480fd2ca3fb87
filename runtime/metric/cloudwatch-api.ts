import type { CloudWatchClient, MetricDatum } from "@aws-sdk/client-cloudwatch";
import { loadPackage, RuntimeError } from "../errors";

/** Milliseconds in which several metrics come together into one request: each request has its price. */
const TOGETHER = 50;
/** Data of a request: CloudWatch takes 1,000, and 1 MB. */
const DATA = 200;
/** Data that are kept for later while CloudWatch does not answer. */
const WAITING = 20_000;
/** Milliseconds for one request: at SIGTERM there are ten seconds for all. */
const PATIENCE = 3000;

/** Outbox sends the data of all metrics of a namespace. */
interface Outbox {
    /** @throws {@link RuntimeError} Unavailable, Denied, NotInstalled: kept for the next time; Unknown: not taken at all */
    post(data: readonly MetricDatum[]): Promise<void>;
    leave(): void;
}

const all = new Map<string, Outbox & { users: number }>();

/** The process's own outbox for a namespace. Whoever asks for it leaves it at the end. */
export function outbox(namespace: string, endpoint: string | undefined): Outbox {
    const key = JSON.stringify([namespace, endpoint]);
    const found = all.get(key) ?? { ...open(namespace, endpoint, () => all.delete(key)), users: 0 };
    found.users++;
    all.set(key, found);
    return { post: found.post, leave: () => void (--found.users || found.leave()) };
}

function open(Namespace: string, endpoint: string | undefined, ended: () => void): Outbox {
    const waiting: MetricDatum[] = [];
    let client: CloudWatchClient | undefined;
    /** The one that is being gathered, and the last that was. */
    let next: Promise<void> | undefined;
    let last: Promise<unknown> = Promise.resolve();

    async function drain(before: Promise<unknown>): Promise<void> {
        await new Promise((resolve) => setTimeout(resolve, TOGETHER));
        next = undefined;
        await before; // It may be sending what is waited for here.
        const { CloudWatchClient, PutMetricDataCommand } = await loadPackage(
            ["@aws-sdk/client-cloudwatch"],
            () => import("@aws-sdk/client-cloudwatch"),
        );
        const requestHandler = { connectionTimeout: PATIENCE, requestTimeout: PATIENCE };
        client ??= new CloudWatchClient({ endpoint, maxAttempts: 2, requestHandler });
        while (waiting.length > 0) {
            const MetricData = waiting.splice(0, DATA);
            try {
                await client.send(new PutMetricDataCommand({ Namespace, MetricData }));
            } catch (cause) {
                const error = faultOf(cause, Namespace);
                // What is not taken now, would not be taken later either, unless it passes.
                if (error.code !== "Unknown") waiting.unshift(...MetricData);
                throw error;
            }
        }
    }

    return {
        post(data) {
            waiting.push(...data);
            waiting.splice(0, Math.max(0, waiting.length - WAITING));
            if (next) return next;
            next = drain(last);
            last = Promise.allSettled([next]);
            return next;
        },
        leave() {
            client?.destroy();
            ended();
        },
    };
}

function faultOf(cause: unknown, namespace: string): RuntimeError {
    const {
        name,
        message,
        $metadata: { httpStatusCode: status = 503 } = {},
    } = cause as Error & {
        $metadata?: { httpStatusCode?: number };
    };
    const at = `PutMetricData to ${namespace}: ${name}: ${message}`;
    if (status === 403 || name === "CredentialsProviderError")
        return new RuntimeError("Denied", `${at}: link what runs to the metric`, { cause });
    const passes = status >= 500 || status === 429 || /Throttl/.test(name);
    return new RuntimeError(passes ? "Unavailable" : "Unknown", at, { cause });
}
