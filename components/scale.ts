import { type Field, isPlain, number, optional, record } from "./shape";

/** ScaleArgs says how many there are. */
export interface ScaleArgs {
    /** The least, 0 to 1000. 0 only where a request can start one. @default 1, at profile `prod` 2 */
    min?: number;
    /** The most, 1 to 1000. @default `min`: it does not scale */
    max?: number;
    /** Scales out above this part of its CPU, in percent, 10 to 90. @default 60 */
    cpu?: number;
    /** Scales out above so many requests a second per replica, 1 to 10000. @default it is not looked at */
    requests?: number;
}

export interface ScaleSpec {
    min: number;
    max: number;
    cpu: number;
    requests: number | undefined;
}

/** A number alone (always so many), or the whole. `fewest` is the default. */
export function scaleField(fewest: number): Field<ScaleSpec> {
    return (given, at) => {
        const args = given === undefined ? {} : isPlain(given) ? given : { min: given };
        const scale = record<Omit<ScaleSpec, "max"> & { max: number | undefined }>({
            min: optional(
                number({ min: 0, max: 1000, unit: "replicas" }),
                typeof args.max === "number" ? Math.min(fewest, Math.max(args.max, 0)) : fewest,
            ),
            max: optional(number({ min: 1, max: 1000, unit: "replicas" })),
            cpu: optional(number({ min: 10, max: 90, unit: "percent" }), 60),
            requests: optional(number({ min: 1, max: 10000, unit: "requests a second" })),
        })(args, at);
        const max = scale.max ?? Math.max(scale.min, 1);
        if (scale.min > max)
            at.in("min").fault(`must be at most \`max\` (${max})`, "lower `min`, or raise `max`", scale.min);
        return { ...scale, max };
    };
}
