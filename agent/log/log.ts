/** What a `Log` is: its inputs and outputs. */

export interface LogInputs {
    readonly name: string;
    /** Days that a line is kept, 1 to 3653. */
    readonly retentionDays: number;
    /** Id of the `Key` that encrypts it on disk. @default not encrypted */
    readonly key?: string;
    /** Copies all lines into a Bucket, gzipped. @default none */
    readonly export?: { readonly bucket: string; readonly everyHours: number };
    /** Counts lines into metrics. */
    readonly filters?: readonly LogFilter[];
    /** Addresses that get the lines as they come: https, or http on this machine. */
    readonly subscribers?: readonly { readonly url: string }[];
    /** Lets it be removed with all its lines. */
    readonly forceDestroy: boolean;
}

export interface LogFilter {
    readonly metric: string;
    /** The text that a line must contain. Exactly one of this and `pattern`. */
    readonly contains?: string;
    /** A regular expression that a line must match. */
    readonly pattern?: string;
    /** What one line counts. @default 1 */
    readonly value?: number;
}

export interface LogOutputs {
    readonly name: string;
    readonly id: string;
}
