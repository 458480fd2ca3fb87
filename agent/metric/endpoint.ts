/** The agent's one OTLP receiver, which is there from the first use of it until the agent stops. */

import { type Host } from "../kind";
import { type OtlpReceiver, startOtlp } from "./otlp/server";
import { type MetricStore } from "./types";

const receivers = new WeakMap<Host, Promise<OtlpReceiver>>();

/**
 * The receiver of `host`, started when it is not there yet. The agent starts it at boot when a workload was given its
 * {@link OtlpReceiver.environment}, even if no `Metric` is declared.
 *
 * @throws Refusal when its port is taken.
 */
export function otlpOf(host: Host, store: MetricStore = host.metrics as MetricStore): Promise<OtlpReceiver> {
    let receiver = receivers.get(host);
    if (!receiver) {
        receiver = startOtlp(host, store);
        receivers.set(host, receiver);
        receiver.catch(() => receivers.delete(host)); // the next one tries again; this one's fault goes to the caller
    }
    return receiver;
}

/** Ends the receiver, when there is one. */
export async function stopOtlp(host: Host): Promise<void> {
    const receiver = await receivers.get(host)?.catch(() => undefined); // one that did not start has nothing to end
    receivers.delete(host);
    await receiver?.stop();
}
