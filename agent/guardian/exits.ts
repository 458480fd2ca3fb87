/** How an agent ends, for its guardian. Any other end is one to bring it back from. */

/** It was told to, or has nothing to keep. */
export const ENDED = 0;
/** Another one is there. */
export const TAKEN = 75;
/** It refuses to run, and would refuse again. */
export const REFUSED = 78;
