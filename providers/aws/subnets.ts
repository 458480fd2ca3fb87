/** The tiers of a network: for load balancers, for what runs, for what holds data. */
export const tiers = ["public", "private", "data"] as const;
export type Tier = (typeof tiers)[number];

/** Zones by letter, as the children's names have them. */
export const letters = ["a", "b", "c", "d"] as const;

/**
 * The addresses of a tier's subnet in a zone: a sixteenth of the network's, four to each tier and four kept free. A place
 * is fixed, so that a network grows by a zone without moving a subnet.
 */
export function rangeOf(network: string, tier: Tier, zone: number): string {
    const { base, bits } = parse(network);
    const place = tiers.indexOf(tier) * 4 + zone;
    return `${format(base + place * 2 ** (32 - bits - 4))}/${bits + 4}`;
}

/** The range as AWS keeps it: without anything behind its bits. `10.0.5.0/16` is `10.0.0.0/16`. */
export function normal(network: string): string {
    const { base, bits } = parse(network);
    return `${format(base)}/${bits}`;
}

function parse(network: string): { base: number; bits: number } {
    const [address, bits] = network.split("/");
    const whole = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    const size = 2 ** (32 - Number(bits));
    return { base: Math.floor(whole / size) * size, bits: Number(bits) };
}

function format(address: number): string {
    return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
