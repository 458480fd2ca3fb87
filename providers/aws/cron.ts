const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/**
 * A schedule in the Scheduler's form: six fields, weekdays from 1 for Sunday, and `?` in the one of the two fields for days
 * that says nothing. All is written out in numbers, so that nothing rests on how AWS reads steps.
 *
 * @param schedule - five cron fields, which were checked, and not by {@link namesBothDays} refused
 */
export function schedulerCron(schedule: string): string {
    const [minute, hour, day, month] = schedule.split(" ");
    const { everyDay, everyWeekday, weekdays } = daysOf(schedule);
    const fields = [
        field(values(minute, 0, 59), 0, 59),
        field(values(hour, 0, 23), 0, 23),
        everyDay && !everyWeekday ? "?" : field(values(day, 1, 31), 1, 31),
        field(values(month, 1, 12, months), 1, 12),
        everyWeekday
            ? "?"
            : field(
                  weekdays.map((one) => one + 1),
                  1,
                  7,
              ),
        "*",
    ];
    return `cron(${fields.join(" ")})`;
}

/** Does it name days of the month and of the week? Cron means either, and the Scheduler has no such thing. */
export function namesBothDays(schedule: string): boolean {
    const { everyDay, everyWeekday } = daysOf(schedule);
    return !everyDay && !everyWeekday;
}

function daysOf(schedule: string) {
    const [, , day, , weekday] = schedule.split(" ");
    // Sunday is 0 and 7.
    const weekdays = [...new Set(values(weekday, 0, 7, days).map((one) => one % 7))].sort((a, b) => a - b);
    return { everyDay: isAll(values(day, 1, 31), 1, 31), everyWeekday: isAll(weekdays, 0, 6), weekdays };
}

/** All values that a field stands for, in order. */
function values(field: string, least: number, most: number, names: readonly string[] = []): number[] {
    const number = (text: string): number => {
        const index = names.indexOf(text.toUpperCase().slice(0, 3));
        return index < 0 ? Number(text) : index + least;
    };
    const found = new Set<number>();
    for (const part of field.split(",")) {
        const [range, step] = part.split("/");
        const [from, to] = range === "*" ? [least, most] : range.split("-").map(number);
        const end = to ?? (step === undefined ? from : most);
        // A range may go over the end: FRI-MON.
        const length = (end >= from ? end - from : end + (most - least + 1) - from) + 1;
        for (let index = 0; index < length; index += Number(step ?? 1))
            found.add(least + ((from - least + index) % (most - least + 1)));
    }
    return [...found].sort((a, b) => a - b);
}

function isAll(all: readonly number[], least: number, most: number): boolean {
    return all.length === most - least + 1;
}

/** Numbers as AWS writes them, neighbours as ranges. */
function field(all: readonly number[], least: number, most: number): string {
    if (isAll(all, least, most)) return "*";
    const runs: [number, number][] = [];
    for (const one of all) {
        const last = runs.at(-1);
        if (last && last[1] === one - 1) last[1] = one;
        else runs.push([one, one]);
    }
    return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
}
