import { BlockList, isIP } from "node:net";
import { matchesHost } from "./routes";

/** Clients says who may connect: with no range, everybody. */
export class Clients {
    readonly #ranges = new BlockList();
    readonly #open: boolean;

    /** @param allow - Ranges such as `10.0.0.0/8`, or single addresses. */
    constructor(allow: readonly string[]) {
        this.#open = allow.length === 0;
        for (const range of allow) {
            const [address = "", bits] = range.split("/");
            const family = familyOf(address);
            this.#ranges.addSubnet(address, bits === undefined ? (family === "ipv4" ? 32 : 128) : Number(bits), family);
        }
    }

    allows(address: string | undefined): boolean {
        if (this.#open) {
            return true;
        }
        const plain = plainAddress(address);
        return isIP(plain) !== 0 && this.#ranges.check(plain, familyOf(plain));
    }
}

/** Why `range` is none, or undefined. */
export function rangeFault(range: string): string | undefined {
    const [address = "", bits, more] = range.split("/");
    const most = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : undefined;
    if (most === undefined || more !== undefined) {
        return `"${range}" is no range of addresses: write it as 10.0.0.0/8 or fd00::/8`;
    }
    if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most)) {
        return `"${range}" has a wrong prefix length: it goes from 0 to ${most}`;
    }
    return undefined;
}

/** `::ffff:127.0.0.1` is an IPv4 address in another coat. */
export function plainAddress(address: string | undefined): string {
    return (address ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
}

/** The name in a Host header, in lower case without port and closing dot; undefined if it is malformed. */
export function hostName(header: string | undefined): string | undefined {
    const found = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(header ?? "");
    return found?.[1]?.toLowerCase().replace(/\.$/, "");
}

/**
 * Whether a request for `host` is meant for us. A page of a stranger can have its own name resolve to 127.0.0.1 (DNS
 * rebinding) and would then read from here as from its own origin: only names that nobody else can own are served.
 */
export function isOurs(host: string, domains: readonly string[]): boolean {
    return (
        host === "localhost" ||
        host === "127.0.0.1" ||
        host === "[::1]" ||
        host.endsWith(".localhost") ||
        domains.some((domain) => matchesHost(domain, host))
    );
}

function familyOf(address: string): "ipv4" | "ipv6" {
    return isIP(address) === 6 ? "ipv6" : "ipv4";
}
