/** What a `Metric` is: its inputs and outputs. */

import { type MetricSort } from "./types";

export interface MetricInputs {
    readonly name: string;
    readonly unit: string;
    readonly kind: MetricSort;
    /** Names of what it may be split by: a write with another one is dropped, and counted. */
    readonly dimensions: readonly string[];
    /** The heading under which it stands on the dashboard. */
    readonly dashboard?: string;
}

export interface MetricOutputs {
    readonly name: string;
    readonly id: string;
    /** Of the OTLP receiver: SDKs add `/v1/metrics` to it. */
    readonly endpoint: string;
}
