import type { CloudWatchClient, MetricDatum } from "@aws-sdk/client-cloudwatch";
import { loadPackage, RuntimeError } from "../errors";
import { type Declared } from "./declared";
import { type MetricDriver } from "./driver";
import { asciiOf, linesOf, unitOf, valuesOf } from "./emf";
import { output } from "./output";
import { type Reading } from "./values";

/** CloudWatch keeps a value for each minute. */
const INTERVAL = 60_000;

/**
 * Writes to CloudWatch. In a container of ECS that is a line on its output, which goes to CloudWatch's logs anyway: it needs no
 * way out, no package, and cannot fail. Elsewhere nobody reads the output, and it calls the API.
 */
export function openCloudWatch(declared: Declared): MetricDriver {
    const { name, dimensions, options } = declared;
    if (!options.get("namespace")) {
        throw new RuntimeError(
            "Invalid",
            `openMetric: the URL of ${name} has no namespace: it must be cloudwatch://<name>?namespace=<namespace>&kind=<kind>, as a link writes it`,
        );
    }
    // In a line, a dimension and the metric cannot have the same name.
    const embedded = process.env.ECS_CONTAINER_METADATA_URI_V4 !== undefined && !dimensions.includes(name);
    return embedded ? openLines(declared) : openApi(declared);
}

function openLines(declared: Declared): MetricDriver {
    return {
        interval: INTERVAL,
        immediate: true,
        cumulative: false,
        send(readings) {
            for (const line of linesOf(declared, readings, Date.now())) output().log(line);
            return Promise.resolve();
        },
        close: () => undefined,
    };
}

/** What CloudWatch takes at once: values of a datum, data of a request (1,000, and 1 MB). */
const VALUES = 150;
const DATA = 200;
/** Data that are kept for later while CloudWatch does not answer. */
const WAITING = 20_000;

function openApi(declared: Declared): MetricDriver {
    const Namespace = declared.options.get("namespace")!;
    const endpoint = declared.options.get("endpoint") ?? undefined;
    const waiting: MetricDatum[] = [];
    let client: CloudWatchClient | undefined;
    return {
        interval: INTERVAL,
        immediate: false,
        cumulative: false,
        async send(readings) {
            waiting.push(...dataOf(declared, readings, new Date()));
            waiting.splice(0, Math.max(0, waiting.length - WAITING));
            const { CloudWatchClient, PutMetricDataCommand } = await loadPackage(
                ["@aws-sdk/client-cloudwatch"],
                () => import("@aws-sdk/client-cloudwatch"),
            );
            client ??= new CloudWatchClient({ endpoint, maxAttempts: 2 });
            while (waiting.length > 0) {
                const MetricData = waiting.slice(0, DATA);
                try {
                    await client.send(new PutMetricDataCommand({ Namespace, MetricData }));
                } catch (cause) {
                    const error = faultOf(cause, Namespace);
                    if (error.code === "Unknown") waiting.splice(0, MetricData.length); // It would not be taken later either.
                    throw error;
                }
                waiting.splice(0, MetricData.length);
            }
        },
        close: () => client?.destroy(),
    };
}

/** Each value is written to the whole, which alarms watch, and to its dimensions. */
function dataOf(declared: Declared, readings: readonly Reading[], Timestamp: Date): MetricDatum[] {
    const Unit = unitOf(declared);
    return readings.flatMap(({ at, value }) => {
        const own = at.map((one, index) => ({ Name: declared.dimensions[index], Value: asciiOf(one) }));
        return valuesOf(value, VALUES).flatMap((some) =>
            (at.length ? [[], own] : [[]]).map((Dimensions) => ({
                MetricName: declared.name,
                Dimensions,
                Timestamp,
                Unit,
                ...(typeof some === "number" ? { Value: some } : some),
            })),
        );
    });
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
