/** The letter: what people read when an alarm begins or ends. */

import { type Point } from "../metric/types";
import { type AlarmChange, type AlarmInputs } from "./alarm";

export function letter(
    stack: string,
    id: string,
    inputs: AlarmInputs,
    change: AlarmChange,
    values: readonly Point[],
): { subject: string; text: string } {
    const { metric, dimensions, statistic, comparison, threshold, periodSeconds, periods, description } = inputs;
    const begins = change.to === "alarm";
    const value = change.value === null ? "without a value" : number(change.value);
    const which = Object.entries(dimensions).map(([key, each]) => ` ${key}=${each}`);
    return {
        subject: `${begins ? "ALARM" : "OK"}: ${id} (${stack}): ${statistic} of ${metric} is ${value}`,
        text: [
            description,
            "",
            begins
                ? `The ${statistic} of ${metric}${which.join("")} was ${comparison} ${threshold} for ${spell(periodSeconds * periods)}.`
                : `The ${statistic} of ${metric}${which.join("")} is no longer ${comparison} ${threshold}.`,
            "",
            ...values.map(
                ({ time, value: each }) => `${new Date(time).toISOString()}  ${each === null ? "-" : number(each)}`,
            ),
            "",
            `Alarm ${id} of ${stack}, ${new Date(change.time).toISOString()}: ${change.from} -> ${change.to}`,
            "",
        ].join("\n"),
    };
}

const number = (value: number): string => String(Number(value.toPrecision(6)));

function spell(seconds: number): string {
    return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
