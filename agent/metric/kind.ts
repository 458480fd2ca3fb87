/** The kind `Metric`: says what a metric is, so that what does not fit it is left out. Apps write to it over OTLP. */

import { type Host, type Kind } from "../kind";
import { type Dashboard, dashboardOf } from "./dashboard";
import { otlpOf, stopOtlp } from "./endpoint";
import { type MetricInputs, type MetricOutputs } from "./metric";
import { type MetricStore } from "./types";

export interface MetricKind extends Kind<MetricInputs, MetricOutputs> {
    /** What is declared, under its headings, with the newest value of the last 6 hours. */
    dashboard(now?: number): Dashboard;
}

/** @param store - What keeps the values. @default `host.metrics`, as the agent lends it */
export function metricKind(host: Host, store: MetricStore = host.metrics as MetricStore): MetricKind {
    const declared = new Map<string, MetricInputs>();

    return {
        name: "Metric",
        replaceOn: ["name", "kind"],
        stable: { name: [], id: [], endpoint: [] },
        secrets: [],
        async apply(id, inputs) {
            const { name, unit, kind, dimensions, of } = inputs;
            const { endpoint } = await otlpOf(host, store);
            if (!of) store.declare(name, { unit, kind, dimensions });
            declared.set(id, inputs);
            return { name: of?.metric ?? name, id, endpoint };
        },
        async read(id, recorded) {
            return declared.has(id) ? recorded : undefined;
        },
        async remove(id, inputs) {
            const { name, of } = declared.get(id) ?? inputs ?? {};
            declared.delete(id);
            if (name !== undefined && !of) {
                store.forget(name);
            }
        },
        async stop() {
            declared.clear();
            await stopOtlp(host);
        },
        dashboard: (now = Date.now()) => dashboardOf(store, [...declared.values()], now),
    };
}
