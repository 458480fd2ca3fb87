import { isIPv4, isIPv6 } from "node:net";
import { type Field, text } from "./shape";

/** A domain's name, without a scheme. */
export const domainName = text("a domain's name", {
    pattern: /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
    todo: 'write one like "shop.example.com", in small letters, without https://',
});

/** An e-mail address, as far as a pattern can tell. */
export const email = text("an e-mail address", {
    pattern: /^[^\s@<>"]{1,64}@([a-z0-9-]+\.)+[a-z]{2,63}$/i,
    todo: 'write one like "ops@example.com"',
});

/** A range of client addresses. */
export const cidr: Field<string> = (given, at) => {
    const [address, bits, ...more] = typeof given === "string" ? given.split("/") : [];
    const most = isIPv4(address ?? "") ? 32 : isIPv6(address ?? "") ? 128 : -1;
    if (!more.length && /^\d{1,3}$/.test(bits ?? "") && Number(bits) <= most) return given as string;
    at.fault("must be a range of addresses", 'write one like "203.0.113.0/24"', given);
    return "127.0.0.0/8";
};
