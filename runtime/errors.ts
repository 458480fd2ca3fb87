/** What went wrong, the same on every cloud. */
export type ErrorCode =
    /** What was asked for is not there. */
    | "NotFound"
    /** It should have been made, but is there already. */
    | "AlreadyExists"
    /** A condition does not hold: somebody else changed it meanwhile. */
    | "Conflict"
    /** The app's identity may not do this, or has no credentials: link the app to it with the access it needs. */
    | "Denied"
    /** An argument or a URL is wrong. */
    | "Invalid"
    /** The service does not answer, or is overloaded: it may be tried again. */
    | "Unavailable"
    /** The package which speaks to that service is not installed. */
    | "NotInstalled"
    /** Anything else: the `cause` says more. */
    | "Unknown";

/** RuntimeError is how everything here fails: by its `code` an app decides, by its `cause` a person finds out. */
export class RuntimeError extends Error {
    override readonly name = "RuntimeError";

    constructor(
        readonly code: ErrorCode,
        /** Where, what, the value got, what to do. */
        message: string,
        /** `cause` is the native error, if there is one. */
        options?: ErrorOptions,
    ) {
        super(message, options);
    }
}

/**
 * Loads a package which only some apps need.
 *
 * @param load imports it: `() => import("@aws-sdk/client-s3")`
 * @throws {@link RuntimeError} NotInstalled, with the command that installs `packages`
 */
export async function loadPackage<T>(packages: readonly string[], load: () => Promise<T>): Promise<T> {
    try {
        return await load();
    } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        const absent = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
        const name = packages.find((one) => message.includes(one));
        if (!absent || name === undefined) throw error;
        const advice = `npm install ${packages.join(" ")}`;
        throw new RuntimeError("NotInstalled", `The package ${name} is not installed: run \`${advice}\`.`, {
            cause: error,
        });
    }
}
