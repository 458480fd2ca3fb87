/** What CloudWatch keeps logs for, in days: no other number. */
const allowed = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** The retention in days: what was asked for, or the next longer one that CloudWatch has. */
export function retentionFor(days: number): number {
    return allowed.find((one) => one >= days) ?? allowed[allowed.length - 1];
}
