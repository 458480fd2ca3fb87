import { type Port } from "./inputs";

/** What is asked of the balancer: the stable address of a service inside this machine. */
export interface InternalDoors {
    /** Gives its port back: the service is no more. */
    releaseInternal?(service: string, protocol: "http" | "tcp"): void;
    openInternal(service: string, protocol: "http" | "tcp"): Promise<{ readonly port: number; close(): Promise<void> }>;
}

/** Doors are the internal addresses of one workload. */
export class Doors {
    readonly #open = new Map<string, { protocol: string; port: number; close(): Promise<void> }>();

    constructor(
        private readonly internal: InternalDoors,
        private readonly owner: string,
    ) {}

    /** Opens what is new, closes what is no more, and returns the URLs by the ports' names. */
    async open(ports: readonly Port[]): Promise<Record<string, string>> {
        for (const [name, door] of [...this.#open]) {
            if (!ports.some((port) => port.name === name && port.protocol === door.protocol)) {
                this.#open.delete(name);
                await door.close();
            }
        }
        for (const { name, protocol } of ports) {
            if (!this.#open.has(name)) {
                const { port, close } = await this.internal.openInternal(`${this.owner}/${name}`, protocol);
                this.#open.set(name, { protocol, port, close });
            }
        }
        return Object.fromEntries(
            [...this.#open].map(([name, { protocol, port }]) => [name, `${protocol}://127.0.0.1:${port}`]),
        );
    }

    /** Closes all, and gives the ports back. */
    async remove(ports: readonly Port[]): Promise<void> {
        await this.close();
        ports.forEach(({ name, protocol }) => this.internal.releaseInternal?.(`${this.owner}/${name}`, protocol));
    }

    async close(): Promise<void> {
        const all = [...this.#open.values()];
        this.#open.clear();
        await Promise.all(all.map((door) => door.close()));
    }
}
