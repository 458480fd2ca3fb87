import { Refusal, type Call, type Host, type Kind } from "../kind";
import { Clients } from "./clients";
import { openTcp, openWeb, type TcpDoor, type WebDoor } from "./edge";
import { balancers } from "./engine";
import { domainsOf, faultsOf, type BalancerInputs, type TcpPort } from "./inputs";
import type { Rules } from "./judge";
import { Pool } from "./pool";
import { Recorder } from "./record";
import { RouteTable } from "./routes";

export type { BalancerInputs } from "./inputs";
export type { Redirect, Route } from "./routes";

export interface BalancerOutputs {
    /** `http://localhost:<port>`; the one of HTTPS when there is no HTTP, `tcp://localhost:<port>` when there is neither. */
    readonly url: string;
    readonly httpsUrl?: string;
    readonly address: "127.0.0.1";
    /** `http`, `https`, and the names of `tcp`. */
    readonly ports: Readonly<Record<string, number>>;
    /** Path of the certificate (PEM) that clients must trust, such as for `curl --cacert`. Set with `https`. */
    readonly certificateAuthority?: string;
}

/** Load balancers of this machine. */
export function balancerKind(host: Host): Kind<BalancerInputs, BalancerOutputs> {
    const running = new Map<string, Balancer>();
    return {
        name: "Balancer",
        replaceOn: ["name"],
        stable: {
            url: ["http", "https", "tcp"],
            httpsUrl: ["https"],
            address: [],
            ports: ["http", "https", "tcp"],
            certificateAuthority: ["https"],
        },
        secrets: [],
        async apply(id: string, inputs: BalancerInputs, _call: Call<BalancerInputs>) {
            refuseFaults(inputs);
            const balancer = running.get(id) ?? new Balancer(host, inputs.name);
            await balancer.apply(inputs);
            running.set(id, balancer);
            return balancer.outputs();
        },
        async read(id, recorded) {
            const balancer = running.get(id);
            return balancer?.serves()
                ? { inputs: balancer.inputs ?? recorded.inputs, outputs: await balancer.outputs() }
                : undefined;
        },
        async remove(id, inputs) {
            const balancer = running.get(id) ?? (inputs && new Balancer(host, inputs.name));
            running.delete(id);
            await balancer?.remove(inputs);
        },
        async stop() {
            const all = [...running.values()];
            running.clear();
            await Promise.all(all.map((balancer) => balancer.stop()));
            await balancers(host).stop();
        },
        check: (inputs) => Promise.resolve({ inputs, faults: faultsOf(inputs) }),
    };
}

/** Balancer is one that runs: its doors stay open over updates, and its rules change as a whole. */
class Balancer {
    inputs: BalancerInputs | undefined;
    readonly #recorder: Recorder;
    readonly #webs = new Map<"http" | "https", WebDoor>();
    readonly #tcps = new Map<string, TcpDoor>();
    #pools = new Map<string, Pool>();

    constructor(
        private readonly host: Host,
        private readonly name: string,
    ) {
        this.#recorder = new Recorder(host, name);
    }

    async apply(inputs: BalancerInputs): Promise<void> {
        const pools = this.#poolsFor(inputs);
        const opened: string[] = [];
        try {
            await this.#open(inputs, pools, opened);
        } catch (error) {
            // What ran before runs on, by its own rules.
            // On a start of the agent the ports are those of the record, and must stay its own.
            await Promise.all(opened.map((door) => this.#close(door, 0, this.inputs !== undefined)));
            pools.forEach((pool, service) => this.#pools.get(service) === pool || pool.close());
            throw error;
        }
        this.#recorder.log = inputs.accessLog;
        this.#pools.forEach((pool, service) => pools.has(service) || pool.close());
        this.#pools = pools;
        pools.forEach((pool) => (pool.drainMs = inputs.drainSeconds * 1000));
        const wanted = new Set(doorsOf(inputs));
        const surplus = [...this.#webs.keys(), ...this.#tcps.keys()].filter((door) => !wanted.has(door));
        this.inputs = inputs;
        await Promise.all(surplus.map((door) => this.#close(door, inputs.drainSeconds * 1000)));
    }

    async outputs(): Promise<BalancerOutputs> {
        const [http, https] = [this.#webs.get("http"), this.#webs.get("https")].map((door) => door?.listener.port);
        const tcps = (this.inputs?.tcp ?? []).flatMap((tcp) => {
            const door = this.#tcps.get(doorOf(tcp));
            return door ? [[tcp.name, door] as const] : [];
        });
        const ports = [...this.#webs, ...tcps].map(([name, { listener }]) => [name, listener.port] as const);
        const httpsUrl = https === undefined ? undefined : `https://localhost:${https}`;
        const authority = https === undefined ? undefined : await balancers(this.host).authority();
        return {
            url: http === undefined ? (httpsUrl ?? `tcp://localhost:${ports[0]?.[1]}`) : `http://localhost:${http}`,
            ...(httpsUrl && { httpsUrl }),
            address: "127.0.0.1",
            ports: Object.fromEntries(ports),
            ...(authority && { certificateAuthority: authority.caPath }),
        };
    }

    serves(): boolean {
        const doors = [...this.#webs.values(), ...this.#tcps.values()];
        return doors.length > 0 && doors.every(({ listener }) => listener.listening);
    }

    /** @param inputs - What is recorded, when nothing runs here. */
    async remove(inputs: BalancerInputs | undefined): Promise<void> {
        const known = [this.inputs, inputs].filter((one) => one !== undefined);
        await this.#closeAll((known[0]?.drainSeconds ?? 0) * 1000);
        // Also those of an update that was half made.
        new Set(["http", "https", ...known.flatMap(doorsOf)]).forEach((door) =>
            this.host.releasePort(this.#portOwner(door)),
        );
    }

    stop(): Promise<void> {
        return this.#closeAll(0, false);
    }

    async #open(inputs: BalancerInputs, pools: ReadonlyMap<string, Pool>, opened: string[]): Promise<void> {
        const clients = new Clients(inputs.allow);
        const idleMs = inputs.idleTimeoutSeconds * 1000;
        const rules: Rules = {
            name: `Balancer ${this.name}`,
            table: new RouteTable(inputs.routes),
            pools,
            domains: domainsOf(inputs),
            clients,
            idleMs,
        };
        // All that can fail comes before all that changes what runs.
        for (const secure of [true, false]) {
            const door = secure ? "https" : "http";
            if (inputs[door] && !this.#webs.has(door)) {
                const authority = secure ? await balancers(this.host).authority() : undefined;
                this.#webs.set(door, await openWeb(await this.#place(door), rules, authority));
                opened.push(door);
            }
        }
        const tcpRules = (service: string) => ({ pool: pools.get(service) as Pool, clients, idleMs });
        for (const tcp of inputs.tcp) {
            const door = doorOf(tcp);
            if (!this.#tcps.has(door)) {
                this.#tcps.set(door, await openTcp(await this.#place(door, tcp.listen), tcpRules(tcp.service)));
                opened.push(door);
            }
        }
        await this.#webs.get("https")?.setDomains(rules.domains);
        inputs.tcp.forEach((tcp) => ((this.#tcps.get(doorOf(tcp)) as TcpDoor).rules = tcpRules(tcp.service)));
        const redirectTo = inputs.redirectToHttps ? this.#webs.get("https")?.listener.port : undefined;
        this.#webs.forEach((door, name) => {
            door.front.rules = name === "http" ? { ...rules, redirectTo } : rules;
            door.setIdle(idleMs);
        });
    }

    async #place(door: string, listen?: number) {
        const { host } = this;
        const port = listen ?? (await host.port(this.#portOwner(door)));
        return { host, owner: `Balancer ${this.name}`, port, recorder: this.#recorder, asked: listen !== undefined };
    }

    #poolsFor(inputs: BalancerInputs): Map<string, Pool> {
        const services = [
            ...inputs.routes.flatMap(({ service }) => service ?? []),
            ...inputs.tcp.map(({ service }) => service),
        ];
        const open = (service: string) => new Pool(this.host.endpoints, service, inputs.drainSeconds * 1000);
        return new Map([...new Set(services)].map((service) => [service, this.#pools.get(service) ?? open(service)]));
    }

    async #close(door: string, graceMs: number, release = true): Promise<void> {
        const found = this.#webs.get(door as "http" | "https") ?? this.#tcps.get(door);
        this.#webs.delete(door as "http" | "https");
        this.#tcps.delete(door);
        await found?.close(graceMs);
        if (release) {
            this.host.releasePort(this.#portOwner(door));
        }
    }

    async #closeAll(graceMs: number, release = true): Promise<void> {
        await Promise.all(
            [...this.#webs.keys(), ...this.#tcps.keys()].map((door) => this.#close(door, graceMs, release)),
        );
        this.#pools.forEach((pool) => pool.close());
        this.#pools.clear();
    }

    #portOwner(door: string): string {
        return `balancer/${this.name}/${door}`;
    }
}

function doorsOf(inputs: BalancerInputs): string[] {
    return [...(inputs.http ? ["http"] : []), ...(inputs.https ? ["https"] : []), ...inputs.tcp.map(doorOf)];
}

/** A listener that moves to another port is another door: the new one opens before the old one closes. */
function doorOf({ name, listen }: TcpPort): string {
    return listen === undefined ? name : `${name}:${listen}`;
}

function refuseFaults(inputs: BalancerInputs): void {
    const faults = faultsOf(inputs);
    if (faults.length > 0) {
        const lines = faults.map(({ input, reason }) => `Balancer ${inputs.name}: ${input}: ${reason}`);
        throw new Refusal(lines.join("\n"));
    }
}
