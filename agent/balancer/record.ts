import type { Host } from "../kind";

/** What is known of a request when it has ended. */
export interface Entry {
    readonly client: string;
    readonly method: string;
    readonly host: string;
    /** Without the query, which may hold secrets. */
    readonly path: string;
    readonly protocol: string;
    readonly status: number;
    /** Bytes of the request's body. */
    readonly received: number;
    /** Bytes of the answer's body. */
    readonly sent: number;
    readonly seconds: number;
    readonly service?: string;
    readonly target?: string;
    readonly id?: string;
    readonly fault?: string;
}

/** Recorder writes a balancer's access log and its metrics. */
export class Recorder {
    /** Log to write to; none if unset. */
    log: string | undefined;
    readonly #counts = new Map<string, number>();

    constructor(
        private readonly host: Host,
        private readonly balancer: string,
    ) {}

    request(entry: Entry): void {
        this.#write(entry);
        const service = entry.service ?? "none";
        const { balancer } = this;
        this.host.metrics.count("http_requests_total", 1, {
            balancer,
            service,
            status: `${Math.floor(entry.status / 100)}xx`,
        });
        this.host.metrics.observe("http_request_seconds", entry.seconds, { balancer, service });
    }

    connection(entry: {
        client: string;
        service: string;
        target?: string;
        received: number;
        sent: number;
        seconds: number;
    }): void {
        this.#write({ protocol: "TCP", ...entry });
        this.host.metrics.count("tcp_connections_total", 1, { balancer: this.balancer, service: entry.service });
    }

    /** Counts connections of clients that are open, until the returned function is called. */
    opened(gauge: "http_active_connections" | "tcp_active_connections"): () => void {
        this.#count(gauge, 1);
        return () => this.#count(gauge, -1);
    }

    #count(gauge: string, by: number): void {
        const count = (this.#counts.get(gauge) ?? 0) + by;
        this.#counts.set(gauge, count);
        this.host.metrics.gauge(gauge, count, { balancer: this.balancer });
    }

    #write(entry: object): void {
        if (this.log !== undefined) {
            const text = JSON.stringify(entry);
            this.host.logs.append(this.log, {
                time: Date.now(),
                source: `${this.balancer}/access`,
                stream: "stdout",
                text,
            });
        }
    }
}
