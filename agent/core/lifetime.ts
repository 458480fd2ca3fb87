/** When the agent ends: when it is told to, and when its stack has nothing left. */

import { type ControlCall, Ending, type Handler } from "./control";

export interface Lifetime {
    /** Counts `handler` as work: the agent does not end for being empty while it runs, and takes none when it ends. */
    work<Body, Result>(handler: (body: Body, call: ControlCall) => Promise<Result>): Handler;
    /** Ends the agent: its stack is `empty`, and its folder goes along, or it comes back with the next call. */
    end(empty: boolean): void;
    /** Ends it when nothing is kept and nothing is asked for a while. */
    settle(): void;
}

/** @param leave ends the process: called once */
export function openLifetime(empty: () => boolean, leave: (empty: boolean) => void): Lifetime {
    let working = 0;
    let ending = false;
    let idle: NodeJS.Timeout | undefined;

    const end = (ended: boolean): void => {
        clearTimeout(idle);
        if (!ending) {
            ending = true;
            leave(ended);
        }
    };
    const settle = (): void => {
        clearTimeout(idle);
        if (working === 0 && empty()) {
            idle = setTimeout(() => working === 0 && empty() && end(true), IDLE);
        }
    };
    return {
        work: (handler) =>
            (async (body: never, call: ControlCall) => {
                if (ending) {
                    throw new Ending();
                }
                working++;
                try {
                    return await handler(body, call);
                } finally {
                    working--;
                    settle();
                }
            }) as Handler,
        end,
        settle,
    };
}

/** An agent with nothing to keep stays so long, in milliseconds: the first resource of a stack is on its way. */
const IDLE = 15_000;
