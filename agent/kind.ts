/**
 * The contract between the agent and what it keeps.
 *
 * The agent is the cloud of one stack on one machine: one process that holds the stack's resources as records on disk and
 * as running things. A {@link Kind} is one sort of resource. A {@link Host} is what the agent lends to every kind.
 */

/** Kind makes, changes, shows and removes the resources of one sort. */
export interface Kind<Inputs extends object = object, Outputs extends object = object> {
    /** Name of the sort, as in the type token `mvi-local:index:<name>`. */
    readonly name: string;

    /** Inputs which cannot change in place: a change of one removes the resource and makes it anew. */
    readonly replaceOn: readonly (keyof Inputs & string)[];

    /**
     * Outputs that stay as they are in an update, unless one of the inputs named with them changes. A preview knows them, so
     * that what depends on them does not look as if it changed. @default none
     */
    readonly stable?: Stable<Inputs, Outputs>;

    /** Inputs and outputs which are kept sealed on disk and are secrets for the engine. */
    readonly secrets: readonly string[];

    /**
     * Brings what runs to `inputs`, and resolves when it serves. Called to create, to update, and for every record when
     * the agent starts, so it must be idempotent. If it rejects on an update, what `previous` described must serve on.
     *
     * @throws {@link Refusal} for a fault that the user can mend; anything else counts as a defect of ours.
     */
    apply(id: string, inputs: Inputs, call: Call<Inputs>): Promise<Outputs>;

    /**
     * What is really there: with changed inputs where it differs from the record; undefined if it has gone. Of what could not
     * be brought back, undefined says only that it does not run: that it has gone is said by {@link Gone}.
     */
    read(
        id: string,
        recorded: { inputs: Inputs; outputs: Outputs },
    ): Promise<{ inputs: Inputs; outputs: Outputs } | undefined>;

    /** Ends it and removes all that it kept. Must succeed when it is gone already, or was half made. */
    remove(id: string, inputs: Inputs | undefined): Promise<void>;

    /** Ends what runs, and keeps the data: the agent stops. Kinds are stopped in the reverse order of `order`. */
    stop(): Promise<void>;

    /** Runs in the engine's provider with the program's folder as working directory: resolves paths and digests. */
    check?(inputs: Inputs): Promise<{ inputs: Inputs; faults: readonly { input: string; reason: string }[] }>;
}

export type Stable<Inputs, Outputs> = {
    readonly [Output in keyof Outputs & string]?: readonly (keyof Inputs & string)[];
};

/** Call is one use of {@link Kind.apply}. */
export interface Call<Inputs> {
    /** What was applied before: unset when it is new. */
    readonly previous?: Inputs;
    /** The agent has started and brings back what was there: data on disk is to be kept, nothing is to be waited for long. */
    readonly restoring: boolean;
    /** Says to the person at `pulumi up` what goes on, in one line. */
    progress(line: string): void;
    /** The person gave up. */
    readonly signal: AbortSignal;
}

/** Host is what the agent lends to its kinds. */
export interface Host {
    /** `<project>/<stack>`. */
    readonly stack: string;
    /** A folder of the agent's for `name`, made on first use, the owner's only (0700). */
    folder(name: string): string;
    /**
     * A port on 127.0.0.1 for `owner`: the same one for ever, free when first given.
     * @throws {@link Refusal} when another program listens there now.
     */
    port(owner: string): Promise<number>;
    /** Gives the port of `owner` back. */
    releasePort(owner: string): void;
    /** Encrypts for the disk. `open(seal(x)) === x`; a sealed text that was changed does not open. */
    readonly vault: Vault;
    readonly logs: LogSink;
    readonly metrics: MetricSink;
    readonly identities: Identities;
    readonly endpoints: Endpoints;
    /** Another kind, by its name. */
    kind<K extends Kind>(name: string): K;
    /** A line for the agent's own log: never a secret. */
    report(line: string): void;
}

export interface Vault {
    seal(plain: string): string;
    open(sealed: string): string;
}

export interface LogSink {
    /** Keeps one line of `source`, such as `web/1`, in the log named `log`. */
    append(log: string, line: LogLine): void;
}

export interface LogLine {
    /** Milliseconds since 1970. */
    readonly time: number;
    /** Who wrote it: `<resource>/<replica>`. */
    readonly source: string;
    readonly stream: "stdout" | "stderr" | "system";
    readonly text: string;
}

export type Dimensions = Readonly<Record<string, string>>;

export interface MetricSink {
    /** Adds to a counter. */
    count(name: string, by: number, dimensions?: Dimensions): void;
    /** Sets a gauge. */
    gauge(name: string, value: number, dimensions?: Dimensions): void;
    /** Observes one value of a distribution, such as a duration in seconds. */
    observe(name: string, value: number, dimensions?: Dimensions): void;
}

/** Permit is one thing that an identity may do: `access` on the resource `id` of `kind`, and nothing else. */
export interface Permit {
    readonly kind: string;
    readonly id: string;
    /** The verbs of a link: `read`, `write` (which includes read), `encrypt`, `decrypt`, `sign`, `verify`, `connect`. */
    readonly access: readonly string[];
}

export interface Identity {
    /** Who it is: `Container/web`. */
    readonly owner: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly permits: readonly Permit[];
}

/** Identities gives each workload credentials of its own, in the form that AWS's SDKs sign with. They are kept sealed. */
export interface Identities {
    /** The identity of `owner`, now with these permits. Its credentials stay the same while it exists. */
    issue(owner: string, permits: readonly Permit[]): Identity;
    find(accessKeyId: string): Identity | undefined;
    revoke(owner: string): void;
}

/** Target is one place that answers for a service. */
export interface Target {
    /** `<resource>/<replica>` */
    readonly id: string;
    readonly host: string;
    readonly port: number;
    /** Gets no new connections; those it has may end. */
    readonly draining: boolean;
}

/** Endpoints tells the balancer which healthy targets a service has: the supervisor publishes, the balancer watches. */
export interface Endpoints {
    /** `service` is `<Kind>/<id>/<port name>`, such as `Container/web/http`. */
    publish(service: string, targets: readonly Target[]): void;
    targets(service: string): readonly Target[];
    /** Calls back at once and after each change, until the returned function is called. */
    watch(service: string, changed: (targets: readonly Target[]) => void): () => void;
}

/** Refusal is a fault that the user can mend: where, what, the value got, what to do. It is shown without a stack. */
export class Refusal extends Error {
    override readonly name = "Refusal";
}

/** Gone is the refusal to bring back what has lost its data: a refresh forgets it, as it forgets nothing else that fails. */
export class Gone extends Refusal {}
