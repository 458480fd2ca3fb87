import { text } from "./shape";

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
export const cidr = text("a range of addresses", {
    pattern: /^((\d{1,3}\.){3}\d{1,3}\/(3[0-2]|[12]?\d)|[0-9a-f:]+\/(12[0-8]|1[01]\d|\d{1,2}))$/i,
    todo: 'write one like "203.0.113.0/24"',
});
