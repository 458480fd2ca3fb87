import { isPlain, mapOf, number, oneOf, Place, record, text } from "./shape";

/** PortArgs is a port that a container listens on: the app reads it from `PORT` (the first one) or `<NAME>_PORT`. */
export interface PortArgs {
    /** The number, 1 to 65535; on `local` its variable has another one. */
    port: number;
    /** What is spoken there: `http` is balanced request by request (WebSockets too), `tcp` connection by connection. @default "http" */
    protocol?: "http" | "tcp";
}
export type PortSpec = Required<PortArgs>;

const one = record<PortSpec>({
    port: number({ min: 1, max: 65535, unit: "ports" }),
    protocol: (given, at) => (given === undefined ? "http" : oneOf("http", "tcp")(given, at)),
});

/** The ends of the variables that a user of ports gets, in their order: `URL` for the first one, then `ADMIN_URL`. */
export function urlNames(ports: Readonly<Record<string, unknown>>): string[] {
    return Object.keys(ports).map((name, index) =>
        index === 0 ? "URL" : `${name.toUpperCase().replace(/-/g, "_")}_URL`,
    );
}

/** A number alone (an HTTP port named `http`), or ports by name. */
export function portsField(given: unknown, at: Place): Record<string, PortSpec> {
    if (given === undefined) return {};
    if (Array.isArray(given)) {
        // As in Docker Compose, where ports are published on a machine.
        at.fault(
            "must be an object with a name for each port",
            "write `port: 3000`, or { http: { port: 3000 } }, with the port that it listens on",
            given,
        );
        return {};
    }
    if (!isPlain(given)) return { http: one({ port: given }, at) };
    const ports = mapOf(
        one,
        text("a short name", { pattern: /^[a-z][a-z0-9-]{0,14}$/, todo: "use small letters, digits and hyphens" }),
        { max: 10 },
    )(given, at);
    const owners = new Map<number, string>();
    for (const [name, { port }] of Object.entries(ports)) {
        const owner = owners.get(port);
        if (owner !== undefined) at.in(name).fault(`is the same port as \`${owner}\``, "choose another number", port);
        owners.set(port, name);
    }
    return ports;
}

/** The ports of what was declared: of a container's arguments, complete or not. */
export function portsOf(declared: Readonly<Record<string, unknown>>): Record<string, PortSpec> {
    const nowhere = new Place("", []);
    const { port, ports } = declared;
    const named = portsField(ports, nowhere);
    return port === undefined
        ? named
        : { http: { port: typeof port === "number" ? port : 0, protocol: "http" }, ...named };
}
