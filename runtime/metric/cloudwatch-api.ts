import type { CloudWatchClient, MetricDatum } from "@aws-sdk/client-cloudwatch";
import { codeOfAws } from "../codes";
import { loadPackage, RuntimeError } from "../errors";
import { mayPass } from "./driver";

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
    /** @throws {@link RuntimeError} Unavailable, Denied, NotInstalled: kept for the next time; else not taken at all */
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
        // Without the last one, the SDK says that it waits too long, and waits on.
        const requestHandler = {
            connectionTimeout: PATIENCE,
            requestTimeout: PATIENCE,
            throwOnRequestTimeout: true,
        };
        client ??= new CloudWatchClient({ endpoint, maxAttempts: 2, requestHandler });
        while (waiting.length > 0) {
            const MetricData = waiting.splice(0, DATA);
            try {
                await client.send(new PutMetricDataCommand({ Namespace, MetricData }));
            } catch (cause) {
                const error = faultOf(cause, Namespace);
                if (mayPass(error)) waiting.unshift(...MetricData);
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
    const { name, message } = cause as Error;
    const code = codeOfAws(cause);
    const advice = code === "Denied" ? ": link what runs to the metric" : "";
    return new RuntimeError(code, `PutMetricData to ${namespace}: ${name}: ${message}${advice}`, { cause });
}
