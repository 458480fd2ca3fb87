import type * as pulumi from "@pulumi/pulumi";
import type { Blob } from "./blob";
import { Component, type ComponentOptions, type Guarded, defineService, type Parts } from "./component";
import type { Key } from "./key";
import type { Link } from "./link";
import type { Metric } from "./metric";
import { encryptingKey, reference } from "./reference";
import type { ProfileName } from "./settings";
import { list, mapOf, number, optional, record, text } from "./shape";

/** LogArgs configures a {@link Log}. */
export interface LogArgs extends Guarded<"log"> {
    /** Days that lines are kept: 1 to 3650. @default 30, at profile `small` 90, at `prod` 365 */
    retention?: number;
    /** Encrypts it. @default the cloud's own key */
    key?: Key;
    /** Copies all lines into a Blob. @default none */
    export?: Blob;
    /** Counts lines into a Metric: by name, the lines that contain a text. @default none */
    filters?: Record<string, FilterArgs>;
    /** HTTPS addresses which get the lines as they come. @default none */
    subscribers?: string[];
}

export interface FilterArgs {
    /** The text that a line must contain. */
    contains: string;
    /** What it counts into. */
    into: Metric;
}

export interface LogSpec {
    retention: number;
    key: Key | undefined;
    export: Blob | undefined;
    filters: Record<string, FilterArgs>;
    subscribers: string[];
}

/** LogParts is what a driver gives back. */
export interface LogParts extends Parts {
    /** Its id at its cloud. */
    id: pulumi.Output<string>;
}

/** Days that a log is kept by default; also one that comes with something else, such as a load balancer's. */
export const retentions: Readonly<Record<ProfileName, number>> = { dev: 30, small: 90, prod: 365 };

export const logService = defineService<LogArgs, LogSpec>({
    name: "log",
    type: "Log",
    access: ["write", "read"],
    defaultAccess: ["write"],
    fields: (profile) => ({
        retention: optional(number({ min: 1, max: 3650, unit: "days" }), retentions[profile]),
        key: optional(encryptingKey<Key>()),
        export: optional(reference<Blob>("Blob")),
        filters: optional(
            mapOf(record<FilterArgs>({ contains: text(), into: reference<Metric>("Metric") }), text("a name"), {
                max: 50,
            }),
            {},
        ),
        subscribers: optional(
            list(
                text("an HTTPS address", {
                    pattern: /^(https:\/\/[^\s@]+|http:\/\/(localhost|127\.0\.0\.1)(:\d+)?(\/\S*)?)$/,
                    todo: 'write one like "https://logs.example.com/in"',
                }),
                { max: 2 },
            ),
            [],
        ),
    }),
});

/**
 * Log keeps ordered text from containers, tailed live and searched later. Who `uses` it gets `NAME`: to write, or with
 * `log.readOnly()` to search it with the cloud's own client, made without arguments: that of CloudWatch Logs on AWS, and on
 * `local`, which serves its FilterLogEvents, GetLogEvents and DescribeLogStreams; that of Cloud Logging on GCP. A project
 * of Google's has room for 100 logs, with those that were deleted in the last week: several containers may share one.
 */
export class Log extends Component<"log"> implements LogParts {
    readonly id: pulumi.Output<string>;

    constructor(name: string, args: LogArgs = {}, options?: ComponentOptions) {
        super(logService, name, args, options);
        ({ id: this.id } = this.parts);
    }

    /** A link that can search, but not write. */
    readOnly(): Link {
        return this.link(["read"]);
    }
}
