/** The judgement: from the values of some periods to the state of an alarm. */

import { type Point } from "../metric/types";
import { type AlarmInputs, type AlarmState } from "./alarm";

/**
 * All periods breach: `alarm`. One of them does not: `ok`. Undefined when there is not enough to say so: the state stays.
 *
 * @param periods - As many as the alarm has, oldest first.
 * @param since - A missing value of an earlier period says nothing: nobody was there to write it. Milliseconds since 1970.
 */
export function judge(
    { comparison, threshold, missing }: Pick<AlarmInputs, "comparison" | "threshold" | "missing">,
    periods: readonly Point[],
    since: number,
): AlarmState | undefined {
    const breaches = periods.map(({ time, value }) => {
        if (value !== null) {
            return compare(value, comparison, threshold);
        }
        return missing === "ignore" || time < since ? undefined : missing === "breaching";
    });
    if (breaches.some((breach) => breach === false)) {
        return "ok";
    }
    return breaches.length > 0 && breaches.every((breach) => breach) ? "alarm" : undefined;
}

function compare(value: number, comparison: AlarmInputs["comparison"], threshold: number): boolean {
    switch (comparison) {
        case ">":
            return value > threshold;
        case "<":
            return value < threshold;
        case ">=":
            return value >= threshold;
        case "<=":
            return value <= threshold;
    }
}
