/** The kind `Alarm`: watches a metric, and writes to people when it goes wrong and when it is right again. */

import * as path from "node:path";
import { removeState } from "../core/files";
import { type Host, type Kind, Refusal } from "../kind";
import { mailOf, stopMail } from "../mail/mail";
import { type Clock, realClock } from "../metric/clock";
import { kept } from "../metric/series";
import { type MetricStore } from "../metric/types";
import { type AlarmInputs, type AlarmOutputs, type AlarmStatus } from "./alarm";
import { Watch } from "./watch";

export interface AlarmKind extends Kind<AlarmInputs, AlarmOutputs> {
    /** All alarms as they are now. */
    alarms(): AlarmStatus[];
}

export interface AlarmOptions {
    /** @default `host.metrics`, as the agent lends it */
    readonly store?: MetricStore;
    readonly clock?: Clock;
}

export function alarmKind(host: Host, options: AlarmOptions = {}): AlarmKind {
    const { store = host.metrics as MetricStore, clock = realClock } = options;
    const watches = new Map<string, Watch>();
    const fileOf = (id: string): string => path.join(host.folder("alarm"), `${id}.json`);
    const stop = clock.every(10_000, () => {
        for (const watch of watches.values()) {
            try {
                watch.look();
            } catch (error) {
                watch.failed(error as Error);
            }
        }
    });

    return {
        name: "Alarm",
        replaceOn: ["name"],
        stable: { name: [], id: [] },
        secrets: [],
        async apply(id, inputs) {
            const faults = faultsOf(inputs);
            const declared = store.declared(inputs.metric);
            if (inputs.statistic.startsWith("p") && declared && declared.kind !== "distribution") {
                const reason = `${inputs.statistic} is for distributions, and ${inputs.metric} is a ${declared.kind}`;
                faults.push({ input: "statistic", reason });
            }
            if (faults.length > 0) {
                throw new Refusal(
                    `Alarm ${id}: ${faults.map(({ input, reason }) => `${input}: ${reason}`).join("; ")}`,
                );
            }
            const mail = await mailOf(host, clock);
            const known = watches.get(id);
            if (known) {
                known.inputs = inputs;
            } else {
                const parts = { id, file: fileOf(id), stack: host.stack, store, clock };
                const send = mail.send.bind(mail);
                watches.set(id, new Watch({ ...parts, send, report: (line) => host.report(line) }, inputs));
            }
            return { id, name: inputs.name };
        },
        async read(id, recorded) {
            const watch = watches.get(id);
            return watch && { inputs: watch.inputs, outputs: recorded.outputs };
        },
        async remove(id) {
            watches.delete(id);
            removeState(fileOf(id));
        },
        async stop() {
            stop();
            watches.clear();
            await stopMail(host);
        },
        alarms: () => [...watches.values()].map(({ status }) => status),
        async check(inputs) {
            return { inputs, faults: faultsOf(inputs) };
        },
    };
}

function faultsOf({ periodSeconds, periods, threshold, to }: AlarmInputs): { input: string; reason: string }[] {
    const faults: { input: string; reason: string }[] = [];
    if (!(periodSeconds >= 10) || periodSeconds % 10 !== 0) {
        faults.push({ input: "periodSeconds", reason: `expected a multiple of 10 s, but got ${periodSeconds}` });
    }
    if (!Number.isInteger(periods) || periods < 1 || periods * periodSeconds * 1000 > kept / 2) {
        faults.push({ input: "periods", reason: `expected 1 or more, of 7 days together, but got ${periods}` });
    }
    if (!Number.isFinite(threshold)) {
        faults.push({ input: "threshold", reason: `expected a number, but got ${threshold}` });
    }
    for (const address of to) {
        if (!/^[^\s@<>,;]+@[^\s@<>,;]+$/.test(address)) {
            faults.push({ input: "to", reason: `expected an e-mail address, but got ${address}` });
        }
    }
    return faults;
}
