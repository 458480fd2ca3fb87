/**
 * Where a resource is declared, as Pulumi keeps it in the state: the line of the user's program, and not of ours.
 *
 * The SDK finds it by a stack trace, and takes another four for each property of a resource, to say which promise is never kept
 * when `PULUMI_DEBUG_PROMISE_LEAKS` is set. Writing these is more than half of what a program's processor does, and the frames
 * between a resource and its program, those of our drivers, were up to a third of the state.
 */

import * as path from "node:path";

/**
 * Calls the constructor of a resource, which registers it. An error that is taken meanwhile, as in a user's transformation, is
 * written as it would be without, but has the line where it was taken alone.
 */
export function registering<T>(construct: () => T): T {
    const end = beginRegistering();
    try {
        return construct();
    } finally {
        end();
    }
}

/** The same for what can be in no function: a call of `super`. @returns what ends it */
export function beginRegistering(): () => void {
    if (process.env.PULUMI_DEBUG_PROMISE_LEAKS) return () => undefined;
    const { prepareStackTrace: others, stackTraceLimit } = Error;
    Error.prepareStackTrace = (error, trace) => {
        const by = trace[0]?.getFunctionName();
        if (by === "debuggablePromise") return "";
        const shown = by === "callsites" ? withoutOurs(trace) : trace;
        if (others) return others(error, shown) as unknown;
        return `${String(error)}${shown.map((site) => `\n    at ${String(site)}`).join("")}`;
    };
    Error.stackTraceLimit = Math.min(stackTraceLimit, 1); // `callsites` has all frames whatever this is
    return () => {
        Error.stackTraceLimit = stackTraceLimit;
        if (others) Error.prepareStackTrace = others;
        else delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
    };
}

/** The frames that the SDK passes over: its own two, the constructors of `Resource` and of its kind, and that of the class. */
const passedOver = 5;
const ours = ["components", "providers"].map((folder) => path.resolve(__dirname, "..", folder) + path.sep);

function withoutOurs(trace: readonly NodeJS.CallSite[]): NodeJS.CallSite[] {
    return trace.filter((site, index) => {
        const file = site.getFileName();
        return (
            index < passedOver ||
            (file !== null && file !== undefined && !ours.some((folder) => file.startsWith(folder)))
        );
    });
}
