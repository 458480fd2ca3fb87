import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { RuntimeError } from "../errors";
import { outbox } from "./cloudwatch-api";
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
    };
}

/** Values of a datum: what CloudWatch takes at once. */
const VALUES = 150;

function openApi(declared: Declared): MetricDriver {
    const { post, leave } = outbox(declared.options.get("namespace")!, declared.options.get("endpoint") ?? undefined);
    return {
        interval: INTERVAL,
        immediate: false,
        cumulative: false,
        send: (readings) => post(dataOf(declared, readings, new Date())),
        close: leave,
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
