import type { Request } from "./emulator";

/** What may be refused, since the provider asks for it by itself and goes on without. */
const tolerated: readonly { readonly asked: RegExp; readonly because: string }[] = [
    {
        asked: /^CONNECT \/openidconnect\.googleapis\.com/,
        because: "the provider asks whose the token is, to say so in messages",
    },
    {
        asked: /^GET \/cloudbilling\/.*\/billingInfo$/,
        because: "the provider asks for a project's billing account, which may be of another API",
    },
];

export function isTolerated({ method, path }: Pick<Request, "method" | "path">): boolean {
    return tolerated.some(({ asked }) => asked.test(`${method} ${path}`));
}
