/** OTLP's messages, as far as they are read here: from protobuf and from JSON into one form, and the answers back. */

import * as protobuf from "protobufjs";

export type Encoding = "application/x-protobuf" | "application/json";

export function decodeMetrics(body: Buffer, encoding: Encoding): ResourceMetrics[] {
    return (decode("MetricsRequest", body, encoding) as { resourceMetrics?: ResourceMetrics[] }).resourceMetrics ?? [];
}

export function decodeLogs(body: Buffer, encoding: Encoding): ResourceLogs[] {
    return (decode("LogsRequest", body, encoding) as { resourceLogs?: ResourceLogs[] }).resourceLogs ?? [];
}

/** The answer to a request of which `rejected` parts were not taken. */
export function encodeAnswer(of: "metrics" | "logs", rejected: number, why: string, encoding: Encoding): Buffer {
    const name = of === "metrics" ? "rejectedDataPoints" : "rejectedLogRecords";
    if (encoding === "application/json") {
        const answer = rejected > 0 ? { partialSuccess: { [name]: String(rejected), errorMessage: why } } : {};
        return Buffer.from(JSON.stringify(answer));
    }
    const answer = rejected > 0 ? { partialSuccess: { rejected, errorMessage: why } } : {};
    return Buffer.from(type("Answer").encode(type("Answer").fromObject(answer)).finish());
}

export interface KeyValue {
    readonly key: string;
    readonly value?: AnyValue;
}

export interface AnyValue {
    readonly stringValue?: string;
    readonly boolValue?: boolean;
    readonly intValue?: number;
    readonly doubleValue?: number;
    readonly arrayValue?: { readonly values?: readonly AnyValue[] };
    readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
    readonly bytesValue?: string;
}

interface Resource {
    readonly attributes?: readonly KeyValue[];
}

export interface ResourceMetrics {
    readonly resource?: Resource;
    readonly scopeMetrics?: readonly {
        readonly scope?: { readonly name?: string };
        readonly metrics?: readonly Metric[];
    }[];
}

export interface Metric {
    readonly name?: string;
    readonly unit?: string;
    readonly gauge?: { readonly dataPoints?: readonly NumberPoint[] };
    readonly sum?: Aggregated<NumberPoint> & { readonly isMonotonic?: boolean };
    readonly histogram?: Aggregated<HistogramPoint>;
    readonly exponentialHistogram?: Aggregated<ExponentialPoint>;
    readonly summary?: { readonly dataPoints?: readonly BasePoint[] };
}

interface Aggregated<P> {
    readonly dataPoints?: readonly P[];
    /** 1: since the last one. 2: since the start. */
    readonly aggregationTemporality?: number;
}

export interface BasePoint {
    readonly attributes?: readonly KeyValue[];
    readonly startTimeUnixNano?: number;
    readonly timeUnixNano?: number;
    readonly flags?: number;
}

export interface NumberPoint extends BasePoint {
    readonly asDouble?: number;
    readonly asInt?: number;
}

interface Described extends BasePoint {
    readonly count?: number;
    readonly sum?: number;
    readonly min?: number;
    readonly max?: number;
}

export interface HistogramPoint extends Described {
    readonly bucketCounts?: readonly number[];
    readonly explicitBounds?: readonly number[];
}

export interface ExponentialPoint extends Described {
    readonly scale?: number;
    readonly zeroCount?: number;
    readonly positive?: Buckets;
    readonly negative?: Buckets;
}

export interface Buckets {
    readonly offset?: number;
    readonly bucketCounts?: readonly number[];
}

export interface ResourceLogs {
    readonly resource?: Resource;
    readonly scopeLogs?: readonly { readonly logRecords?: readonly LogRecord[] }[];
}

export interface LogRecord {
    readonly timeUnixNano?: number;
    readonly observedTimeUnixNano?: number;
    readonly severityNumber?: number;
    readonly severityText?: string;
    readonly body?: AnyValue;
    readonly attributes?: readonly KeyValue[];
}

function decode(name: string, body: Buffer, encoding: Encoding): object {
    const message =
        encoding === "application/json"
            ? type(name).fromObject(JSON.parse(body.toString("utf8")) as Record<string, unknown>)
            : type(name).decode(body);
    // numbers of 64 bits as doubles: times to a quarter of a microsecond
    return type(name).toObject(message, { longs: Number, enums: Number, bytes: String });
}

let root: protobuf.Root | undefined;

function type(name: string): protobuf.Type {
    root ??= protobuf.parse(PROTO).root;
    return root.lookupType(name);
}

/** Of opentelemetry.proto.{common,metrics,logs,collector} v1: what is not named here is skipped. */
const PROTO = `
syntax = "proto3";
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
    ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7; } }
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message Resource { repeated KeyValue attributes = 1; }
message Scope { string name = 1; }
message MetricsRequest { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
message ScopeMetrics { Scope scope = 1; repeated Metric metrics = 2; }
message Metric { string name = 1; string unit = 3; oneof data { Gauge gauge = 5; Sum sum = 7; Histogram histogram = 9;
    ExponentialHistogram exponential_histogram = 10; Gauge summary = 11; } }
enum AggregationTemporality { AGGREGATION_TEMPORALITY_UNSPECIFIED = 0; AGGREGATION_TEMPORALITY_DELTA = 1;
    AGGREGATION_TEMPORALITY_CUMULATIVE = 2; }
message Gauge { repeated NumberPoint data_points = 1; }
message Sum { repeated NumberPoint data_points = 1; AggregationTemporality aggregation_temporality = 2; bool is_monotonic = 3; }
message Histogram { repeated HistogramPoint data_points = 1; AggregationTemporality aggregation_temporality = 2; }
message ExponentialHistogram { repeated ExponentialPoint data_points = 1; AggregationTemporality aggregation_temporality = 2; }
message NumberPoint { fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; repeated KeyValue attributes = 7;
    oneof value { double as_double = 4; sfixed64 as_int = 6; } uint32 flags = 8; }
message HistogramPoint { repeated KeyValue attributes = 9; fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3;
    fixed64 count = 4; optional double sum = 5; repeated fixed64 bucket_counts = 6; repeated double explicit_bounds = 7;
    uint32 flags = 10; optional double min = 11; optional double max = 12; }
message ExponentialPoint { repeated KeyValue attributes = 1; fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3;
    fixed64 count = 4; optional double sum = 5; sint32 scale = 6; fixed64 zero_count = 7; Buckets positive = 8;
    Buckets negative = 9; uint32 flags = 10; optional double min = 12; optional double max = 13; }
message Buckets { sint32 offset = 1; repeated uint64 bucket_counts = 2; }
message LogsRequest { repeated ResourceLogs resource_logs = 1; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; }
message ScopeLogs { repeated LogRecord log_records = 2; }
message LogRecord { fixed64 time_unix_nano = 1; int32 severity_number = 2; string severity_text = 3; AnyValue body = 5;
    repeated KeyValue attributes = 6; fixed64 observed_time_unix_nano = 11; }
message Answer { PartialSuccess partial_success = 1; }
message PartialSuccess { int64 rejected = 1; string error_message = 2; }
`;
