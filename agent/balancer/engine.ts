import { Refusal, type Host } from "../kind";
import { Authority } from "./authority";
import { Clients } from "./clients";
import { openTcp, openWeb, type Door, type Place } from "./edge";
import { Pool } from "./pool";
import { Recorder } from "./record";
import { RouteTable } from "./routes";

/** Time that running requests have when an internal address closes, and tunnels when a target drains, in milliseconds. */
const internalDrainMs = 30_000;

/** A container waits so long for an answer of another one, in milliseconds. Raw connections may be idle for ever. */
const internalIdleMs = 300_000;

/** Internal is an address on this machine by which containers reach the healthy targets of a service. */
export interface Internal {
    /** On 127.0.0.1, and on ::1 where there is one: the same for this service and protocol for ever. */
    readonly port: number;
    /** Closes it when all that opened it have closed it. The port stays reserved: another `open` has it again. */
    close(): Promise<void>;
}

/** Engine is what the balancers of one agent have in common. */
export class Engine {
    readonly #internals = new Map<string, Shared>();
    #authority: Promise<Authority> | undefined;

    constructor(private readonly host: Host) {}

    /** The agent's certificate authority, made on first use. */
    authority(): Promise<Authority> {
        this.#authority ??= Authority.open(this.host).catch((error: unknown) => {
            // A refusal can be mended while the agent runs.
            this.#authority = undefined;
            throw error;
        });
        return this.#authority;
    }

    /**
     * Opens the internal address of `service`, or shares the one that is open. The service need not have targets yet.
     * @throws {@link Refusal} if another program has taken its port.
     */
    async openInternal(service: string, protocol: "http" | "tcp"): Promise<Internal> {
        const key = internalKey(service, protocol);
        let shared = this.#internals.get(key);
        if (shared === undefined) {
            shared = { users: 0, opening: this.#open(service, protocol, key) };
            this.#internals.set(key, shared);
        }
        const mine = shared;
        mine.users++;
        try {
            const { door } = await mine.opening;
            let closed = false;
            return {
                port: door.listener.port,
                close: async () => {
                    if (!closed) {
                        closed = true;
                        await this.#leave(key, mine, internalDrainMs);
                    }
                },
            };
        } catch (error) {
            this.#internals.delete(key);
            throw error;
        }
    }

    /** Gives the port of an internal address back: the service is removed. */
    releaseInternal(service: string, protocol: "http" | "tcp"): void {
        const key = internalKey(service, protocol);
        if (this.#internals.has(key)) {
            throw new Refusal(`internal address of ${service}: it is in use: close it, then release its port`);
        }
        this.host.releasePort(key);
    }

    /** Closes all internal addresses at once: the agent stops. */
    async stop(): Promise<void> {
        const all = [...this.#internals];
        this.#internals.clear();
        await Promise.all(all.map(async ([, { opening }]) => shut(await opening, 0)));
    }

    async #open(service: string, protocol: "http" | "tcp", key: string): Promise<Opened> {
        const recorder = new Recorder(this.host, "internal");
        const port = await this.host.port(key);
        const place: Place = { host: this.host, owner: `internal address of ${service}`, port, recorder };
        const pool = new Pool(this.host.endpoints, service, internalDrainMs);
        const clients = new Clients([]);
        try {
            if (protocol === "tcp") {
                return { pool, door: await openTcp(place, { pool, clients, idleMs: 0 }) };
            }
            const table = new RouteTable([{ service }]);
            const rules = {
                name: service,
                table,
                pools: new Map([[service, pool]]),
                domains: [],
                clients,
                idleMs: internalIdleMs,
            };
            return { pool, door: await openWeb(place, rules) };
        } catch (error) {
            pool.close();
            throw error;
        }
    }

    async #leave(key: string, shared: Shared, graceMs: number): Promise<void> {
        if (--shared.users === 0 && this.#internals.get(key) === shared) {
            this.#internals.delete(key);
            await shut(await shared.opening, graceMs);
        }
    }
}

interface Opened {
    readonly pool: Pool;
    readonly door: Door;
}

interface Shared {
    users: number;
    readonly opening: Promise<Opened>;
}

const engines = new WeakMap<Host, Engine>();

/** The one engine of this host's agent. */
export function balancers(host: Host): Engine {
    let engine = engines.get(host);
    if (engine === undefined) {
        engine = new Engine(host);
        engines.set(host, engine);
    }
    return engine;
}

async function shut({ pool, door }: Opened, graceMs: number): Promise<void> {
    const closed = door.close(graceMs);
    await closed;
    pool.close();
}

function internalKey(service: string, protocol: "http" | "tcp"): string {
    return `internal/${service}/${protocol}`;
}
