/** Route sends what matches to a service, or away. With neither `host` nor `path` it matches all. */
export interface Route {
    /** An exact name, or `*.x` for every name below x. Default: any. */
    readonly host?: string;
    /** A prefix which ends at a segment: `/api` takes `/api` and `/api/x`, not `/apis`. Default: `/`. */
    readonly path?: string;
    /** `<Kind>/<id>/<port name>`, such as `Container/web/http`. Either this or `redirect`. */
    readonly service?: string;
    readonly redirect?: Redirect;
}

export interface Redirect {
    /** An absolute URL, or a path of the same host. `{path}` and `{query}` (with its `?`) stand for those of the request. */
    readonly to: string;
    /** 301, 302, 303, 307 or 308. */
    readonly status: number;
}

/** RouteTable finds the most specific route: an exact host before the longest `*.x` before any host, then the longest path. */
export class RouteTable {
    readonly routes: readonly Route[];

    constructor(routes: readonly Route[]) {
        // Host decides before path, so `shop.x` with `/` wins over any host with `/api`.
        this.routes = [...routes].sort((a, b) => hostRank(b) - hostRank(a) || pathOf(b).length - pathOf(a).length);
    }

    /** @param host - Lower case, without port. @param path - As it was sent, without the query. */
    find(host: string, path: string): Route | undefined {
        return this.routes.find((route) => matchesHost(route.host, host) && matchesPath(pathOf(route), path));
    }

    /** For people, a line each. */
    describe(): string[] {
        return this.routes.map((route) => {
            const goal = route.service ?? `${route.redirect?.to} (${route.redirect?.status})`;
            return `${route.host ?? "any host"} ${pathOf(route)} -> ${goal}`;
        });
    }
}

/** Whether `host` is `pattern`, or below it when that is `*.x`. */
export function matchesHost(pattern: string | undefined, host: string): boolean {
    if (pattern === undefined) {
        return true;
    }
    const wanted = pattern.toLowerCase();
    return wanted.startsWith("*.") ? host.endsWith(wanted.slice(1)) && host.length >= wanted.length : host === wanted;
}

/** Where a redirect leads for this request. */
export function locationOf(redirect: Redirect, path: string, query: string): string {
    const to = redirect.to.replace("{path}", () => path).replace("{query}", () => query);
    // `//evil.example` in place of a path would leave this host.
    return redirect.to.startsWith("/") ? to.replace(/^[/\\]+/, "/") : to;
}

function pathOf(route: Route): string {
    return route.path ?? "/";
}

function hostRank(route: Route): number {
    if (route.host === undefined) {
        return 0;
    }
    return route.host.startsWith("*.") ? route.host.length : 1_000_000;
}

function matchesPath(prefix: string, path: string): boolean {
    return (
        path.startsWith(prefix) &&
        (prefix.endsWith("/") || path.length === prefix.length || path[prefix.length] === "/")
    );
}
