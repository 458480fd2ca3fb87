/** KeyAttribute is an attribute which every item of a table has. */
export interface KeyAttribute {
    readonly name: string;
    readonly type: "string" | "number" | "binary";
}

/** TableDefinition is what a table is declared to be. */
export interface TableDefinition {
    readonly name: string;
    readonly partitionKey: KeyAttribute;
    readonly sortKey?: KeyAttribute;
    /** Name of the attribute which says, in seconds since 1970, when an item is to go. */
    readonly ttl?: string;
    /** Every change is kept for 35 days, so that the table can be brought back as it was at any time in them. */
    readonly pointInTimeRecovery: boolean;
}

/** Table is a table as the store keeps it. */
export interface Table extends TableDefinition {
    /** Its place in the store: never used again for another. */
    readonly serial: number;
    /** Milliseconds since 1970. */
    readonly created: number;
    /** The time from which it can be brought back, in milliseconds since 1970: unset without point-in-time recovery. */
    readonly recoverableFrom?: number;
    /** What its items are encrypted with on disk. */
    readonly dataKey: Buffer;
}
