/** Whether an error says that there is no such object. That there is no such bucket is another matter. */
export function isMissing(error: unknown): boolean {
    // HeadObject has no body to say more in.
    return ["NoSuchKey", "NotFound"].includes((error as Error).name);
}
