/** What a cloud's own API demands to be there before a thing of one type is made, whatever makes it. */
export interface Demand {
    /** Where the cloud says so. */
    readonly said: string;
    /** It names them, and is refused while they are not there. */
    readonly names?: readonly string[];
    /** It holds what the cloud has chosen for them when it made them: an id, an address. Who chooses the name himself need not wait. */
    readonly holds?: readonly string[];
    /** It is tried or started while it is made, and fails without them. */
    readonly needs?: readonly string[];
    /** Its start is waited for while it is made, until the app's own probe is answered: that of the guestbook asks its database. */
    readonly probe?: readonly string[];
    /** The input without which it needs nothing of that. @default it always does */
    readonly only?: string;
}

/** By types as `ecs/service`. */
export type Demands = Readonly<Record<string, Demand>>;
