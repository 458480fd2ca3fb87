/** ServiceFault is an error that a client gets, by the name which its SDK knows. It never carries a secret. */
export class ServiceFault extends Error {
    override readonly name = "ServiceFault";

    constructor(
        /** Such as `ValidationException`. */
        readonly code: string,
        message: string,
        /** What the client gets besides, such as `CancellationReasons`. */
        readonly fields: Readonly<Record<string, unknown>> = {},
        readonly status = 400,
    ) {
        super(message);
    }
}

/** A request that can never succeed as it is. */
export function invalid(message: string): ServiceFault {
    return new ServiceFault("ValidationException", message);
}

/** The disk did not take it. LMDB says no more than that: it may be full, or fail. */
export function unwritten(): ServiceFault {
    return new ServiceFault(
        "InternalServerError",
        "The disk of this machine is full, or fails: make room, and try again.",
        {},
        500,
    );
}

/** What the identity has no permit for. */
export function denied(message: string): ServiceFault {
    return new ServiceFault("AccessDeniedException", message);
}
