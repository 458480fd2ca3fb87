import { createSecureContext, type SecureContext } from "node:tls";
import type { Authority, Leaf } from "./authority";
import { hostName, isOurs } from "./clients";

const defaults = ["localhost", "127.0.0.1", "::1"];

/** Names of one server for which certificates are kept at the same time. */
const mostNames = 256;

/** What {@link Certificates} keeps up to date: a TLS server. */
interface Secured {
    setSecureContext(options: { key: string; cert: string }): void;
}

/** Certificates gives one TLS server its certificates, and renews them while it runs: connections that stand stay. */
export class Certificates {
    readonly #named = new Map<string, { readonly leaf: Leaf; readonly context: SecureContext }>();
    readonly #timer: NodeJS.Timeout;
    #server: Secured | undefined;

    private constructor(
        private readonly authority: Authority,
        private domains: readonly string[],
        private leaf: Leaf,
        checkMs: number,
        report: (line: string) => void,
    ) {
        this.#timer = setInterval(() => {
            this.#renew().catch((error: Error) =>
                report(`certificates are not renewed, next try follows: ${error.message}`),
            );
        }, checkMs);
        this.#timer.unref();
    }

    /** @param checkMs - How often certificates are looked at for renewal. @default {@link Authority.checkMs} */
    static async open(
        authority: Authority,
        domains: readonly string[],
        report: (line: string) => void,
        checkMs = authority.checkMs,
    ): Promise<Certificates> {
        return new Certificates(authority, domains, await authority.issue([...defaults, ...domains]), checkMs, report);
    }

    /** Options for the server's start. */
    get options(): { key: string; cert: string; SNICallback: (name: string, done: Done) => void } {
        const SNICallback = (name: string, done: Done) => {
            this.#contextFor(name).then((context) => done(null, context), done);
        };
        return { key: this.leaf.key, cert: this.leaf.certificate, SNICallback };
    }

    /** From now on `server` is kept up to date. */
    keep(server: Secured): void {
        this.#server = server;
    }

    async setDomains(domains: readonly string[]): Promise<void> {
        if (domains.join() !== this.domains.join()) {
            this.domains = domains;
            this.#named.clear();
            await this.#replace();
        }
    }

    close(): void {
        clearInterval(this.#timer);
    }

    async #renew(): Promise<void> {
        if (this.authority.now() >= this.leaf.renewAt) {
            await this.#replace();
        }
    }

    async #replace(): Promise<void> {
        this.leaf = await this.authority.issue([...defaults, ...this.domains]);
        this.#server?.setSecureContext({ key: this.leaf.key, cert: this.leaf.certificate });
    }

    /** Each name gets a certificate of its own: clients do not take `*.localhost`, which has too few labels for them. */
    async #contextFor(name: string): Promise<SecureContext | undefined> {
        const host = hostName(name);
        if (host === undefined || host === "localhost" || !isOurs(host, this.domains)) {
            return undefined;
        }
        const kept = this.#named.get(host);
        if (kept !== undefined && this.authority.now() < kept.leaf.renewAt) {
            return kept.context;
        }
        const leaf = await this.authority.issue([host, ...defaults]);
        const context = createSecureContext({ key: leaf.key, cert: leaf.certificate });
        if (this.#named.size >= mostNames) {
            this.#named.delete(this.#named.keys().next().value as string);
        }
        this.#named.set(host, { leaf, context });
        return context;
    }
}

type Done = (error: Error | null, context?: SecureContext) => void;
