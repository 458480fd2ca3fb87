import type * as croner from "croner";
import { installed } from "./installed";
import type { Field } from "./shape";

/** Five cron fields. Parts that only some clouds have (`L`, `#`, seconds, years) are refused. */
export const cron: Field<string> = (given, at) => {
    if (typeof given === "string" && hasForm(given)) {
        if (!installed("croner")) {
            at.fault("needs croner, not installed here", "run `npm install croner`"); // npm was told to omit what is optional
            return given;
        }
        if (comes(given)) return given;
        const wrong = given.split(" ").findIndex((field, index) => !comes(alone(field, index)));
        if (wrong >= 0) {
            const { name, range, example } = cronFields[wrong];
            at.fault(
                `must have ${name} within ${range} as its ${ordinals[wrong]} field`,
                `write "*" there, or one such as "${example}"`,
                given,
            );
            return never;
        }
        at.fault("must come at some time", "choose a day that its month has", given);
        return never;
    }
    at.fault(
        "must be five cron fields: minute, hour, day of the month, month, day of the week",
        'write one like "0 3 * * *" (every day at 03:00) or "*/15 * * * 1-5"',
        given,
    );
    return never;
};

export const timeZone: Field<string> = (given, at) => {
    if (typeof given === "string" && isTimeZone(given)) return given;
    at.fault("must be a time zone of the IANA list", 'write one like "Europe/Berlin" or "UTC"', given);
    return "UTC";
};

/** Stands for a schedule that was refused. */
const never = "0 0 * * *";

const ordinals = ["first", "second", "third", "fourth", "fifth"];

const cronFields = [
    { name: "a minute", range: "0 to 59", example: "*/15" },
    { name: "an hour", range: "0 to 23", example: "3" },
    { name: "a day of the month", range: "1 to 31", example: "1" },
    { name: "a month", range: "1 to 12 or JAN to DEC", example: "JAN" },
    { name: "a day of the week", range: "0 to 7 or SUN to SAT", example: "MON-FRI" },
];

/** A schedule in which only one field says something. */
function alone(field: string, index: number): string {
    return cronFields.map((_, other) => (other === index ? field : "*")).join(" ");
}

function hasForm(given: string): boolean {
    const fields = given.split(" ");
    return (
        fields.length === 5 &&
        fields.every((field) => /^[\d*,/A-Za-z-]+$/.test(field)) &&
        !/[LW]/.test(fields[2] + fields[4].replace(/WED/gi, ""))
    );
}

/** Is it a schedule? A date that never comes, such as 30 February, is none. */
function comes(given: string): boolean {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on use: most declarations have no schedule
    const { Cron } = require("croner") as typeof croner;
    try {
        return new Cron(given, { paused: true }).nextRun() !== null;
    } catch {
        return false;
    }
}

function isTimeZone(given: string): boolean {
    try {
        new Intl.DateTimeFormat("en", { timeZone: given });
        return /^(UTC|[A-Z][\w+-]+(\/[\w+-]+)+)$/.test(given); // a bare offset such as +02:00 has no summer time
    } catch {
        return false;
    }
}
