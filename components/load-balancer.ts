import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentOptions, type Guarded, defineService, type Parts } from "./component";
import type { Container } from "./container";
import { nearest } from "./fault";
import { cidr, domainName } from "./names";
import { Network } from "./network";
import { portsOf } from "./ports";
import { argumentsOf, reference } from "./reference";
import { type Field, flag, isPlain, list, mapOf, number, optional, type Place, record, text } from "./shape";

/** LoadBalancerArgs configures a {@link LoadBalancer}. */
export interface LoadBalancerArgs extends Guarded<"loadBalancer"> {
    /** Where requests go; the most specific route wins. @default none */
    routes?: RouteArgs[];
    /** Answers which send the client elsewhere. Plain HTTP is always sent to HTTPS (on `local`, HTTP is served beside it). @default none */
    redirects?: RedirectArgs[];
    /** TCP listeners by name. @default none */
    tcp?: Record<string, TcpArgs>;
    /** Its domain. @default the cloud's own */
    domain?: string;
    /** A certificate for the domain that exists, by its id at its cloud. @default one is made, and renewed */
    certificate?: string;
    /** Client addresses which may connect. @default all */
    allow?: string[];
    /**
     * Keeps a line for each request, on `local` as long as the profile keeps a `Log`. On AWS without a domain it is always kept:
     * the load balancer is the stack's. @default true
     */
    accessLog?: boolean;
    /** A web application firewall with the cloud's managed rules, for HTTP. @default false */
    waf?: boolean;
    /** Where it stands. Google's stands in none: there it makes no difference. @default the stack's own network */
    network?: Network;
}

/** RouteArgs is one route. */
export interface RouteArgs {
    /**
     * The host it is for: exact, or `*.example.com`. By the cloud's own name, where there is no `domain`, only routes for every
     * host are reached. @default every host
     */
    host?: string;
    /** The path it is for, with all below it. @default "/" */
    path?: string;
    /** Who answers. */
    to: Container;
    /** At which of its ports, by name. @default its first HTTP port */
    port?: string;
}

export interface RedirectArgs {
    host?: string;
    /** @default "/" */
    path?: string;
    /** Where to: a whole URL, or a path. */
    to: string;
    /** 301 in place of 302. @default false */
    permanent?: boolean;
}

export interface TcpArgs {
    /** The port that clients connect to. */
    listen: number;
    to: Container;
    /** At which of its ports, by name. */
    port: string;
}

export interface RouteSpec {
    host: string | undefined;
    path: string;
    to: Container;
    port: string | undefined;
}
export interface RedirectSpec {
    host: string | undefined;
    path: string;
    to: string;
    permanent: boolean;
}

export interface LoadBalancerSpec {
    routes: RouteSpec[];
    redirects: RedirectSpec[];
    tcp: Record<string, TcpArgs>;
    domain: string | undefined;
    certificate: string | undefined;
    allow: string[];
    accessLog: boolean;
    waf: boolean;
    network: Network;
}

/** LoadBalancerParts is what a driver gives back. */
export interface LoadBalancerParts extends Parts {
    /** Where clients open it. */
    url: pulumi.Output<string>;
    /** The name or address that a DNS record of one's own points to. */
    address: pulumi.Output<string>;
}

const host = text("a host, or *.host", {
    pattern: /^(\*\.)?([a-z0-9-]+\.)*[a-z0-9-]+$/,
    todo: 'write one like "api.example.com"',
});
const path = text("a path that begins with /", { pattern: /^\/[^\s?#*]*$/, todo: 'write one like "/api"' });

export const loadBalancerService = defineService<LoadBalancerArgs, LoadBalancerSpec>({
    name: "loadBalancer",
    type: "LoadBalancer",
    fields: () => ({
        routes: optional(
            list(
                record<RouteSpec>({
                    host: optional(host),
                    path: optional(path, "/"),
                    to: reference<Container>("Container"),
                    port: optional(text("a port's name")),
                }),
            ),
            [],
        ),
        redirects: optional(
            list(
                record<RedirectSpec>({
                    host: optional(host),
                    path: optional(path, "/"),
                    to: text("a URL or a path", {
                        pattern: /^(https?:\/\/[^/\s]|\/(?![/\\]))\S*$|^\/$/,
                        todo: 'write one like "https://example.com/"',
                    }),
                    permanent: optional(flag, false),
                }),
            ),
            [],
        ),
        tcp: optional(
            mapOf(
                record<TcpArgs>({
                    listen: number({ min: 1, max: 65535, unit: "ports" }),
                    to: reference<Container>("Container"),
                    port: text("a port's name"),
                }),
                text("a name"),
                { max: 20 },
            ),
            {},
        ),
        domain: optional(domainName),
        certificate: optional(text("a certificate's id")),
        allow: optional(list(cidr), []),
        accessLog: optional(flag, true),
        waf: optional(flag, false),
        network: optional(reference<Network>("Network")) as Field<Network>,
    }),
    rules: ({ routes, redirects, tcp, domain, certificate, waf }, at, args) => {
        if (!routes.length && !redirects.length && !Object.keys(tcp).length)
            at.fault("has neither `routes` nor `redirects` nor `tcp`", "give at least one");
        if (certificate !== undefined && domain === undefined)
            at.in("certificate").fault("needs `domain`", "set it, or leave the certificate out", certificate);
        if (waf && !routes.length && !redirects.length)
            at.in("waf").fault(
                "guards HTTP, and there is none: `tcp` is passed on as it comes",
                "leave it out, and say with `allow` who may connect",
                waf,
            );
        const seen = new Set<string>();
        [...routes, ...redirects].forEach((rule, index) => {
            const key = `${rule.host ?? "*"} ${rule.path}`;
            const own =
                index < routes.length ? at.in("routes").in(index) : at.in("redirects").in(index - routes.length);
            if (seen.has(key))
                own.fault("is for the same host and path as another one", "change or remove one of them", key);
            seen.add(key);
        });
        members(args.routes).forEach(([index, { to, port }]) =>
            checkPort(to, port, "http", at.in("routes").in(Number(index))),
        );
        for (const [name, { to, port }] of members(args.tcp)) checkPort(to, port, "tcp", at.in("tcp").in(name));
        const ports = new Set<number>();
        for (const [name, { listen }] of Object.entries(tcp)) {
            if (ports.has(listen) || listen === 80 || listen === 443)
                at.in("tcp").in(name).in("listen").fault("is taken already", "choose another port", listen);
            ports.add(listen);
        }
    },
    prepare: (self, spec) => ({ ...spec, network: spec.network ?? Network.ofStack(self.cloud) }),
});

/** The members of what was given, which may be anything. */
function members(given: unknown): [string, { to?: unknown; port?: unknown }][] {
    return Object.entries(Array.isArray(given) || isPlain(given) ? given : {}).filter(([, member]) =>
        isPlain(member),
    ) as never;
}

/** A route goes to a port that its container has: over HTTP to one that speaks it, over TCP to any. */
function checkPort(to: unknown, port: unknown, protocol: "http" | "tcp", at: Place): void {
    const declared = argumentsOf(to, at);
    if (!declared) return;
    const ports = portsOf(declared);
    const fitting = Object.keys(ports).filter((name) => protocol === "tcp" || ports[name].protocol === "http");
    if (port === undefined ? fitting.length : fitting.includes(port as string)) return;
    const near = typeof port === "string" ? nearest(port, fitting) : undefined;
    const choice = fitting.length ? `there are ${fitting.join(", ")}` : "it has none: give the container a `port`";
    at.in("port").fault(
        `must name ${protocol === "http" ? "an HTTP" : "a"} port of the container`,
        near ? `did you mean "${near}"?` : choice,
        port,
    );
}

/** LoadBalancer is one stable host name that forwards to healthy containers, over HTTPS. */
export class LoadBalancer extends Component<"loadBalancer"> implements LoadBalancerParts {
    readonly url: pulumi.Output<string>;
    readonly address: pulumi.Output<string>;

    constructor(name: string, args: LoadBalancerArgs, options?: ComponentOptions) {
        super(loadBalancerService, name, args, options);
        ({ url: this.url, address: this.address } = this.parts);
    }
}
