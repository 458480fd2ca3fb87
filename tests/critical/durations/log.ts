/** A duration, and where it is from. */

export interface Duration {
    readonly seconds: number;
    /** An address that anybody can open and what is said there, or "estimate" and what it is after. */
    readonly source: string;
}

/** A log in a repository, as it was at one commit: nobody can change it any more. */
export const log = (repository: string, commit: string, path: string) =>
    `https://github.com/${repository}/blob/${commit}/${path}`;

/**
 * What a log of `terraform apply` says: the resource is made by the same API and by the same provider that Pulumi's is made of.
 * The seconds are read from the quotation, so that no figure is another than its source's.
 * @param address - of a log, with `#L` and its line, or of a thread
 * @param said - letter by letter
 * @param logs - how many there were: this is the middle one, of an even number the lower one of the two in the middle
 */
export function logged(address: string, said: string, logs = 1): Duration {
    const found = /Creation complete after (?:(\d+)m)?(\d+)s$/.exec(said);
    if (!found) throw new Error(`no duration in "${said}"`);
    const of = logs > 1 ? `, the middle one of ${logs} logs` : "";
    return { seconds: Number(found[1] ?? 0) * 60 + Number(found[2]), source: `${address}: "${said}"${of}` };
}

/** Nobody has been found who says it in public. */
export const estimate = (seconds: number, after: string): Duration => ({ seconds, source: `estimate, ${after}` });
