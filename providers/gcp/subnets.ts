/** What a part of a network's addresses is for. */
export type Part = "proxy" | "data" | "private";

/**
 * The addresses of a part: of a range of /16 to /20 what runs gets the upper half, since Cloud Run takes two at a time for
 * each instance (at least a /26), what holds data a quarter, and Google's proxies of regional load balancers the first. So
 * 192.168.1.0/24, which Cloud Run cannot use, is never where something runs.
 */
export function rangeOf(range: string, part: Part): string {
    const [address, bits] = range.split("/");
    const first = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
    const size = 2 ** (32 - Number(bits));
    const at = { proxy: 0, data: size / 4, private: size / 2 }[part];
    const own = Number(bits) + (part === "private" ? 1 : 2);
    const start = first - (first % size) + at;
    return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".")}/${own}`;
}

/** The range with its first address, as it was meant: `10.0.16.0/16` is `10.0.0.0/16`. */
export function normal(range: string): string {
    const [address, bits] = range.split("/");
    const first = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
    const start = first - (first % 2 ** (32 - Number(bits)));
    return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".")}/${bits}`;
}
