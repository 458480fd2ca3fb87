/** The kind `Metric`: says what a metric is, so that what does not fit it is left out. Apps write to it over OTLP. */

import { type Host, type Kind } from "../kind";
import { otlpOf, stopOtlp } from "./endpoint";
import { type MetricInputs, type MetricOutputs } from "./metric";
import { type MetricStore } from "./types";

export type MetricKind = Kind<MetricInputs, MetricOutputs>;

/** @param store - What keeps the values. @default `host.metrics`, as the agent lends it */
export function metricKind(host: Host, store: MetricStore = host.metrics as MetricStore): MetricKind {
    const names = new Map<string, string>();

    return {
        name: "Metric",
        replaceOn: ["name", "kind"],
        stable: { name: [], id: [], endpoint: [] },
        secrets: [],
        async apply(id, { name, unit, kind, dimensions }) {
            const { endpoint } = await otlpOf(host, store);
            store.declare(name, { unit, kind, dimensions });
            names.set(id, name);
            return { name, id, endpoint };
        },
        async read(id, recorded) {
            return names.has(id) ? recorded : undefined;
        },
        async remove(id, inputs) {
            const name = names.get(id) ?? inputs?.name;
            names.delete(id);
            if (name !== undefined) {
                store.forget(name);
            }
        },
        async stop() {
            names.clear();
            await stopOtlp(host);
        },
    };
}
