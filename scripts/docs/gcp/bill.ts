import type { Drawn } from "../../../tests/checkov/hcl";
import { gcp } from "../../../tests/checkov/gcp";
import type { Bill } from "../bill";
import { assumed, priceOf, pricesOf } from "./prices";
import { whys } from "./whys";

const running = new Set(["gcp:cloudrunv2/service:Service", "gcp:cloudrunv2/workerPool:WorkerPool"]);

/** Without what the declaration keeps running. */
function atRest(resource: Drawn, made: readonly Drawn[]): number {
    const resting = made.filter(({ type }) => !running.has(type));
    return running.has(resource.type) ? 0 : priceOf(resource, resting);
}

export const gcpBill: Bill = {
    scanned: gcp,
    title: "GCP",
    intro: [
        `Prices are those of us-east1, of ${pricesOf}. Those with a ~ are assumed: no list of today's was read. They are what Google has asked for long (an endpoint 0.01 an hour; an address 0.005; a gateway 0.0014 for each instance behind it; a zone 0.20 a month; a version of a key 0.06, and each 90 days there is one more), and for the worker pool what somebody else read on 2025-09-18, while it was new (0.000011244 for a CPU and second, 0.000001235 for a GiB).`,
        "What is not priced costs by use, or nothing: requests, traffic, flow logs, images (0.10 a GiB), objects, documents, lines of logs (0.50 a GiB beyond 50 GiB; kept longer than 30 days, 0.01 a GiB and month), runs of jobs, secrets up to Google's free six. Conditions of alarms are left out too, whose price Google has announced and moved several times.",
        "What is declared makes most of the sum, on GCP as on AWS. The guestbook wants two instances of `web` always there (`scale: { min: 2 }`), and a `worker`, which has no port, so that no request could wake it up. Cloud Run gives an instance a whole CPU at least, where AWS has a quarter of one. The last line is without them. Of that, the endpoint is what a private database costs that can also be taken away at once. With `mvi:gcpDatabases` peering, in a network that is there, it is 7.30 less: see the README.",
    ],
    whys,
    price: priceOf,
    assumed,
    also: [["the same, without the instances that always run (`scale: { min: 0 }`, no worker)", atRest]],
};
