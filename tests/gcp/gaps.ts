import type { Mend } from "../aws/gateway";
import { endpoints, importedKeys, passing, tokenUsers } from "./answers";
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

/** What an emulator answers otherwise than Google, by the path that is asked. An emulator that answers as Google does is none the worse. */
const mended: readonly { readonly asked: RegExp; readonly because: string; readonly make: () => Mend }[] = [
    {
        asked: /^\/compute\/.*\/regions\/[^/]+\/backendServices/,
        because:
            "fakegcp gives backends that connections pass through to a `capacityScaler`, which would be a change at each preview",
        make: () => passing,
    },
    {
        asked: /^\/servicemanagement\//,
        because: "fakegcp takes a service's configuration without an effect, at which the provider crashes",
        make: endpoints,
    },
    {
        asked: /^\/cloudkms\/.*\/(importJobs|cryptoKeys)\//,
        because: "fakegcp's public key of an import job is none, and what is imported has no effect",
        make: importedKeys,
    },
    {
        asked: /^\/memorystore\/.*(\/tokenAuthUsers\/|:addTokenAuthUser)/,
        because: "fakegcp has no users who log in with a token",
        make: tokenUsers,
    },
];

/** New ones for each emulator. */
export function mends(): Mend[] {
    return mended.map(({ asked, make }) => {
        const mend = make();
        return (request, forward) => (asked.test(request.path) ? mend(request, forward) : undefined);
    });
}
