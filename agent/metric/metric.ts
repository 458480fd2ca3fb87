/** What a `Metric` is: its inputs and outputs. */

import { type Dimensions } from "../kind";
import { type MetricSort } from "./types";

export interface MetricInputs {
    readonly name: string;
    readonly unit: string;
    readonly kind: MetricSort;
    /** Names of what it may be split by: a write with another one is dropped, and counted. */
    readonly dimensions: readonly string[];
    /** The heading under which it stands on the dashboard. @default its own name */
    readonly dashboard?: string;
    /** It is a place for a number of the agent's own, and declares none. */
    readonly of?: { readonly metric: string; readonly dimensions: Dimensions };
}

export interface MetricOutputs {
    readonly name: string;
    readonly id: string;
    /** Of the OTLP receiver: SDKs add `/v1/metrics` to it. */
    readonly endpoint: string;
}
