/** How long to wait for others, on a machine that may have too much to do. */

/**
 * Calls back after `ms` in which this process was not itself held up: what others have said meanwhile is seen first, and
 * they are not blamed for what we were late with. The returned function calls it off.
 */
export function outOfPatience(ms: number, then: () => void): () => void {
    let turns = 0;
    const timer = setInterval(() => {
        // After a hold-up an interval comes once and not for all that it has missed.
        if (++turns === TURNS) {
            clearInterval(timer);
            then();
        }
    }, ms / TURNS);
    return () => clearInterval(timer);
}

const TURNS = 5;
