import { RuntimeError } from "../errors";

/** What a value is split by: a value for each declared name. What is not known, or empty, counts as `unknown`. */
export type Dimensions = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * The values in the order of their declaration. Which names there are is the program's, and a mistake there is thrown; what
 * the values are may be a client's, and is made fit for every cloud.
 *
 * @throws {@link RuntimeError} Invalid
 */
export function valuesOf(at: string, declared: readonly string[], given: Dimensions): string[] {
    const known = declared.length ? `declared are ${declared.join(", ")}` : "none are declared";
    const foreign = Object.keys(given).find((name) => !declared.includes(name));
    if (foreign !== undefined)
        throw new RuntimeError(
            "Invalid",
            `${at}: the dimension "${foreign}" is not declared, ${known}: declare it in the Metric's \`dimensions\`, or leave it out`,
        );
    return declared.map((name) => {
        if (!Object.hasOwn(given, name))
            throw new RuntimeError(
                "Invalid",
                `${at}: the dimension "${name}" is not given, ${known}: give a value for each`,
            );
        const value = given[name];
        if (typeof value === "object" && value !== null)
            throw new RuntimeError(
                "Invalid",
                `${at}: the dimension "${name}" is ${JSON.stringify(value)}: give a text, a number or a boolean`,
            );
        // CloudWatch takes neither control characters nor nothing; 255 characters are what every cloud takes.
        const text = String(value ?? "")
            .slice(0, 255)
            .replace(/\p{Surrogate}/gu, "\ufffd")
            .replace(/\p{Cc}+/gu, " ")
            .trim();
        return text === "" ? "unknown" : text;
    });
}
