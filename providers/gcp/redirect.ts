import type { types } from "@pulumi/gcp";

type RouteRule = types.input.compute.URLMapPathMatcherRouteRule;

/** What Google's load balancers cannot say of where a redirect goes to; undefined when they can. */
export function unsayable(to: string): string | undefined {
    if (!URL.canParse(to, base)) return undefined; // which has a fault of its own
    const { protocol, port, search } = new URL(to, base);
    return protocol === "http:" ? "plain HTTP" : port ? "another port" : search ? "a query" : undefined;
}

/** A whole URL, or a path: what it does not say stays as the client asked. What cannot be said is refused by checks.ts. */
export function redirectTo(to: string, permanent: boolean): NonNullable<RouteRule["urlRedirect"]> {
    const { hostname, pathname } = new URL(to, base);
    return {
        ...(to.startsWith("/") ? {} : { hostRedirect: hostname }),
        pathRedirect: pathname,
        stripQuery: true,
        redirectResponseCode: permanent ? "MOVED_PERMANENTLY_DEFAULT" : "FOUND",
    };
}

const base = "https://same.invalid";
