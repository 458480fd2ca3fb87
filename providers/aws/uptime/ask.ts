/** A function outside the network: asks for a page as a visitor does, and fails when it does not get it. */

/** Question is what the Scheduler hands over, once a minute. */
export interface Question {
    readonly url: string;
    /** The highest status of HTTP with which all is well: 399 where the path is for asking, 499 where any answer will do. */
    readonly most: number;
}

export async function handler({ url, most }: Question): Promise<void> {
    const answer = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(20_000) });
    await answer.body?.cancel();
    if (answer.status > most) throw new Error(`${url} answered with status ${answer.status}`);
}
