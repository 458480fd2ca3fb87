import * as pulumi from "@pulumi/pulumi";
import * as certificatemanager from "@pulumi/gcp/certificatemanager";
import * as compute from "@pulumi/gcp/compute";
import type { RedirectSpec } from "../../components/load-balancer";
import type { Site } from "../../components/site";
import { armor } from "./armor";
import { backend } from "./backend";
import { certificateFor, googleName, pointTo, zoneOf } from "./domain";
import { type GcpGauge, gauges } from "./gauges";
import { deletion } from "./guard";
import { labels } from "./labels";
import { named } from "./names";
import { type GcpContainer, portOf } from "./target";
import { urlMap } from "./url-map";

/** WebArgs says what is forwarded from the internet. */
export interface WebArgs {
    /** @default a name of Google's */
    readonly domain: string | undefined;
    /** A certificate's id: its DNS is the user's own. @default one is made */
    readonly certificate: string | undefined;
    readonly routes: readonly {
        readonly host: string | undefined;
        readonly path: string;
        readonly to: GcpContainer;
        readonly port: string | undefined;
    }[];
    readonly redirects: readonly RedirectSpec[];
    readonly allow: readonly string[];
    readonly waf: boolean;
    readonly accessLog: boolean;
    readonly protect: boolean;
}

/** How HTTP comes in. */
export interface Web {
    readonly url: pulumi.Output<string>;
    readonly address: pulumi.Output<string>;
    readonly gauges: Readonly<Record<string, GcpGauge>>;
    /** What must be there before it is reached. */
    readonly after: readonly pulumi.Resource[];
}

/** A load balancer on the internet, from Google's places all over the world: HTTPS, with plain HTTP sent there. */
export function webBalancer(site: Site, args: WebArgs): Web {
    const guard = deletion({ settings: { ...site.settings, protect: args.protect } });
    const address = site.make(
        "address",
        compute.GlobalAddress,
        {
            ...named(site, "address", 63, "web"),
            description: `Where ${site.name} is reached`,
            addressType: "EXTERNAL",
            ipVersion: "IPV4",
            labels: labels(site),
            ...guard,
        },
        { instance: "web" },
    );
    const { host, map: certificates, ready } = certified(site, args, address.address);
    const map = mapOf(site, args);
    const policy = site.make("tls", compute.SSLPolicy, {
        ...named(site, "tls", 63),
        // TLS 1.2 at least, with forward secrecy, and key exchanges that a quantum computer does not break.
        minTlsVersion: "TLS_1_2",
        profile: "RESTRICTED",
        postQuantumKeyExchange: "ENABLED",
    });
    const proxy = site.make(
        "proxy",
        compute.TargetHttpsProxy,
        {
            ...named(site, "proxy", 63),
            urlMap: map.id,
            certificateMap: pulumi.interpolate`//certificatemanager.googleapis.com/${certificates.id}`,
            sslPolicy: policy.id,
            quicOverride: "ENABLE",
        },
        // It goes before what it shows.
        { dependsOn: ready },
    );
    const plainMap = site.make("upgrade", compute.URLMap, {
        ...named(site, "upgrade", 63),
        description: `${site.name}: plain HTTP is sent to HTTPS`,
        defaultUrlRedirect: {
            httpsRedirect: true,
            stripQuery: false,
            redirectResponseCode: "MOVED_PERMANENTLY_DEFAULT",
        },
    });
    const plainProxy = site.make("plain", compute.TargetHttpProxy, {
        ...named(site, "plain", 63),
        urlMap: plainMap.id,
    });
    const listen = (instance: string, portRange: string, target: pulumi.Output<string>) =>
        site.make(
            "listener",
            compute.GlobalForwardingRule,
            {
                ...named(site, "listener", 63, instance),
                description: `${site.name}, port ${portRange}`,
                loadBalancingScheme: "EXTERNAL_MANAGED",
                networkTier: "PREMIUM",
                ipAddress: address.id,
                ipProtocol: "TCP",
                portRange,
                target,
                labels: labels(site),
                ...guard,
            },
            { instance },
        );
    const https = listen("https", "443", proxy.id);
    listen("http", "80", plainProxy.id);
    return {
        url: pulumi.interpolate`https://${host}`,
        address: address.address,
        after: [https],
        gauges: gaugesOf(map.name),
    };
}

/** Its name, and a map with the one certificate for all its names. */
function certified(site: Site, { domain, certificate, routes, redirects }: WebArgs, address: pulumi.Output<string>) {
    const made = () => {
        if (domain === undefined) return googleName(site, address);
        if (certificate !== undefined) return { host: pulumi.output(domain), certificate: { id: certificate } };
        const hosts = [...routes, ...redirects].flatMap(({ host }) => (host === undefined ? [] : [host]));
        const names = [...new Set([domain, ...hosts])];
        const zone = zoneOf(site, domain);
        pointTo(site, zone, names, address);
        return { host: pulumi.output(domain), certificate: certificateFor(site, names, zone) };
    };
    const { host, certificate: shown } = made();
    const map = site.make("certificates", certificatemanager.CertificateMap, {
        ...named(site, "certificates", 63),
        description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
        labels: labels(site),
    });
    const entry = site.make("entry", certificatemanager.CertificateMapEntry, {
        ...named(site, "entry", 63),
        map: map.name,
        matcher: "PRIMARY",
        certificates: [shown.id],
        labels: labels(site),
    });
    return { host, map, ready: [entry] };
}

function mapOf(site: Site, { routes, redirects, allow, waf, accessLog }: WebArgs): compute.URLMap {
    const policy = armor(site, { managed: waf, allow });
    const backends = new Map<string, compute.BackendService>();
    const forwards = routes.map(({ host, path, to, port: wanted }) => {
        const port = portOf(to, wanted);
        const instance = `${to.name}-${port.name}`;
        let made = backends.get(instance);
        if (!made) {
            made = backend(site, { to, port, protocol: "HTTP", policy, logged: accessLog, instance });
            backends.set(instance, made);
            to.entries.add({ by: "balancer" });
        }
        return { host, path, backend: made.id };
    });
    // Whatever no route is for gets a 404 before it comes to a backend, yet one must be named.
    const nothing =
        [...backends.values()][0] ??
        site.make("nothing", compute.BackendService, {
            ...named(site, "nothing", 63),
            description: `${site.name} forwards nothing`,
            loadBalancingScheme: "EXTERNAL_MANAGED",
            protocol: "HTTP",
            securityPolicy: policy?.id,
            logConfig: { enable: accessLog, ...(accessLog ? { sampleRate: 1 } : {}) },
        });
    return urlMap(site, forwards, redirects, nothing.id);
}

function gaugesOf(map: pulumi.Output<string>): Record<string, GcpGauge> {
    const metric = (name: string) => `loadbalancing.googleapis.com/https/${name}`;
    const of = { resource: "https_lb_rule", labels: { url_map_name: map } };
    const { latency, ...counted } = gauges(
        {
            requests: { metric: metric("request_count"), kind: "delta" },
            latency: { metric: metric("total_latencies"), kind: "distribution" },
        },
        of,
    );
    const failed = { ...of, labels: { ...of.labels, response_code_class: "500" } };
    return {
        ...counted,
        ...gauges({ errors: { metric: metric("request_count"), kind: "delta" } }, failed),
        // Google counts in milliseconds.
        latency: { ...latency, factor: 0.001 },
    };
}
