import { rangeFault } from "./clients";
import type { Route } from "./routes";

export interface BalancerInputs {
    readonly name: string;
    readonly http: boolean;
    readonly https: boolean;
    /** Names it answers to, other than `localhost`, `*.localhost`, 127.0.0.1 and ::1. `*.x` stands for all below x. */
    readonly domains: readonly string[];
    /** Needs both `http` and `https`. */
    readonly redirectToHttps: boolean;
    readonly routes: readonly Route[];
    /** Ports whose connections go to a service as they are. */
    readonly tcp: readonly TcpPort[];
    /** Ranges of addresses that may connect. Empty: all. */
    readonly allow: readonly string[];
    /** Name of the log for a line per request. None if unset. */
    readonly accessLog?: string;
    /** Time for running requests on removal, and for connections without an end on a target that drains. */
    readonly drainSeconds: number;
    /** Time without a byte after which a request or a connection ends. */
    readonly idleTimeoutSeconds: number;
}

export interface TcpPort {
    /** The key in the output `ports`, other than `http` and `https`. */
    readonly name: string;
    readonly service: string;
    /** The port that clients connect to, exactly. @default a free one, the same for ever */
    readonly listen?: number;
}

/** Fault is what is wrong with an input. */
export interface Fault {
    readonly input: string;
    readonly reason: string;
}

/** All that is wrong with the inputs. */
export function faultsOf(inputs: BalancerInputs): Fault[] {
    const faults: Fault[] = [];
    const fault = (input: string, reason: string) => faults.push({ input, reason });
    if (!inputs.http && !inputs.https && inputs.tcp.length === 0) {
        fault("http", "nothing is served: set http, https or a tcp port");
    }
    if (inputs.redirectToHttps && !(inputs.http && inputs.https)) {
        fault("redirectToHttps", "it needs both http and https");
    }
    inputs.domains.forEach(
        (domain, i) => isName(domain) || fault(`domains[${i}]`, `"${domain}" is no host name: ${nameHelp}`),
    );
    inputs.routes.forEach((route, i) => routeFaults(route).forEach((reason) => fault(`routes[${i}]`, reason)));
    const places = inputs.routes.map((route) => `${route.host?.toLowerCase() ?? "any host"} ${route.path ?? "/"}`);
    places.forEach((place, i) => {
        if (places.indexOf(place) < i) {
            fault(`routes[${i}]`, `routes[${places.indexOf(place)}] takes ${place} already: remove one of them`);
        }
    });
    const names = ["http", "https", ...inputs.tcp.map(({ name }) => name)];
    inputs.tcp.forEach(({ name }, i) => {
        if (names.indexOf(name) < i + 2) {
            fault(`tcp[${i}]`, `the name "${name}" is taken: give each port its own, other than http and https`);
        }
    });
    const listens = inputs.tcp.map(({ listen }) => listen);
    listens.forEach((listen, i) => {
        if (listen === undefined) {
            return;
        }
        if (!Number.isInteger(listen) || listen < 1 || listen > 65_535) {
            fault(`tcp[${i}].listen`, `must be a port from 1 to 65535, but is ${listen}`);
        } else if (listens.indexOf(listen) < i) {
            const other = inputs.tcp[listens.indexOf(listen)].name;
            fault(`tcp[${i}].listen`, `port ${listen} is that of "${other}" already: choose another one`);
        }
    });
    inputs.allow.forEach((range, i) => {
        const reason = rangeFault(range);
        if (reason !== undefined) {
            fault(`allow[${i}]`, reason);
        }
    });
    if (!(inputs.drainSeconds >= 0 && inputs.drainSeconds <= 3600)) {
        fault("drainSeconds", `must be from 0 to 3600, but is ${inputs.drainSeconds}`);
    }
    if (!(inputs.idleTimeoutSeconds >= 1 && inputs.idleTimeoutSeconds <= 86_400)) {
        fault("idleTimeoutSeconds", `must be from 1 to 86400, but is ${inputs.idleTimeoutSeconds}`);
    }
    return faults;
}

/** The names that requests may ask for, and certificates are for: the domains, and the hosts of routes. */
export function domainsOf(inputs: BalancerInputs): string[] {
    const hosts = inputs.routes.flatMap((route) => route.host ?? []);
    return [...new Set([...inputs.domains, ...hosts].map((name) => name.toLowerCase()))];
}

const nameHelp = "write it as shop.example.test or *.example.test, without port and scheme";

function routeFaults(route: Route): string[] {
    const faults: string[] = [];
    if ((route.service === undefined) === (route.redirect === undefined)) {
        faults.push("set either service or redirect");
    }
    if (route.host !== undefined && !isName(route.host)) {
        faults.push(`"${route.host}" is no host name: ${nameHelp}`);
    }
    if (route.path !== undefined && !/^\/[^?#\s]*$/.test(route.path)) {
        faults.push(`path must begin with / and have no query, but is "${route.path}"`);
    }
    if (route.redirect !== undefined && !/^(https?:\/\/[^/{]|\/(?![/\\]))[\x21-\x7e]*$/.test(route.redirect.to)) {
        faults.push(`redirect.to must be an http(s) URL or a path, but is "${route.redirect.to}"`);
    }
    if (route.redirect !== undefined && ![301, 302, 303, 307, 308].includes(route.redirect.status)) {
        faults.push(`redirect.status must be 301, 302, 303, 307 or 308, but is ${route.redirect.status}`);
    }
    return faults;
}

function isName(name: string): boolean {
    return (
        /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i.test(name) &&
        name.length <= 253
    );
}
