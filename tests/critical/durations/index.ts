/**
 * How long the clouds take to make things, typically: seconds, and where that is from. A source is an address that anybody
 * can open; what has none is an estimate, and says so.
 */

import { aws } from "./aws";
import { awsNetwork } from "./aws-network";
import { gcp } from "./gcp";
import { type Duration, estimate } from "./log";

/** What is not here takes `others`. */
const durations: Readonly<Record<string, Duration>> = {
    ...aws,
    ...awsNetwork,
    ...gcp,
    "docker-build:index:Image": estimate(60, "it is the app's own matter"),
};

/** Records, policies, alarms: most of what has an address takes no longer. */
const others = estimate(1, "as most small things take");

/** What is known by its maximum only: how much else hangs on it is seen with the half of it. */
export const maxima: readonly string[] = ["aws:cloudfront/vpcOrigin:VpcOrigin"];

/** Of each type, in seconds. */
export type Seconds = (type: string) => number;

const of = (type: string): Duration => durations[type] ?? others;

export const secondsOf: Seconds = (type) => of(type).seconds;

/** With half of each maximum. */
export const halved: Seconds = (type) => secondsOf(type) / (maxima.includes(type) ? 2 : 1);

/** How many of them have an address, and how many are estimates. */
export function sources(types: readonly string[]): { address: number; estimate: number } {
    const all = [...new Set(types)].map((type) => of(type).source);
    const address = all.filter((source) => source.startsWith("https://")).length;
    return { address, estimate: all.length - address };
}
