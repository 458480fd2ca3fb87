import { openCloudWatch } from "./cloudwatch";
import { type Declared } from "./declared";
import { type MetricDriver } from "./driver";
import { openGoogle } from "./google";
import { openOtlp } from "./otlp";

/** By the scheme of the URL. */
export const drivers: Readonly<Record<string, (declared: Declared) => MetricDriver>> = {
    "otlp:": openOtlp,
    "cloudwatch:": openCloudWatch,
    "cloudmonitoring:": openGoogle,
};
