import { type Field, isPlain, list, number, optional, type Place, record, text } from "./shape";

/**
 * HealthArgs says how to see that something works. By a TCP connect only what balances load, and machines, can ask: without a
 * path and a command, ECS and Cloud Run see by themselves that a container has ended, and no more.
 */
export interface HealthArgs {
    /** A path which answers 2xx or 3xx over HTTP when it works. One of `path` and `command`, or neither for a TCP connect. */
    path?: string;
    /** A command within it which exits 0 when it works. */
    command?: string[];
    /** The port that `path` is asked at, by its name in `ports`. @default the first one */
    port?: string;
    /** Seconds from one check to the next, 5 to 300. @default 10 */
    interval?: number;
    /** Seconds until a check counts as failed, 1 to 60, less than `interval`. @default 5 */
    timeout?: number;
    /** How many checks in a row fail before it is replaced, 2 to 10. @default 3 */
    failures?: number;
    /** Seconds that it may take to start, 5 to 600. @default 120 */
    startup?: number;
}

export interface HealthSpec {
    path: string | undefined;
    command: string[] | undefined;
    port: string | undefined;
    interval: number;
    timeout: number;
    failures: number;
    startup: number;
}

/** A path alone, or the whole. */
export const healthField: Field<HealthSpec> = (given, at) => {
    const health = whole(typeof given === "string" || !isPlain(given) ? { path: given } : given, at);
    if (health.path !== undefined && health.command !== undefined)
        at.fault("has both `path` and `command`", "give one of them");
    if (health.timeout >= health.interval) {
        at.in("timeout").fault(
            `must be less than \`interval\` (${health.interval})`,
            "lower it, or raise `interval`",
            health.timeout,
        );
    }
    return health;
};

/** A port's rule, for every component that has some. */
export function checkHealthPort(
    health: HealthSpec | undefined,
    ports: Readonly<Record<string, unknown>>,
    at: Place,
): void {
    if (health?.port !== undefined && !Object.hasOwn(ports, health.port)) {
        at.in("health")
            .in("port")
            .fault("must name one of `ports`", `there are ${Object.keys(ports).join(", ") || "none"}`, health.port);
    }
}

const whole = record<HealthSpec>({
    path: optional(text("a path that begins with /", { pattern: /^\/[^\s?#]*$/, todo: 'write one like "/healthz"' })),
    command: optional(list(text("an argument"), { max: 50 })),
    port: optional(text("a port's name")),
    interval: optional(number({ min: 5, max: 300, unit: "seconds" }), 10),
    timeout: optional(number({ min: 1, max: 60, unit: "seconds" }), 5),
    failures: optional(number({ min: 2, max: 10, unit: "checks" }), 3),
    startup: optional(number({ min: 5, max: 600, unit: "seconds" }), 120),
});
