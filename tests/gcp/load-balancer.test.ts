import { expect } from "chai";
import { Container, LoadBalancer, type LoadBalancerArgs } from "../../components";
import { chooseZone } from "../../providers/gcp/domain";
import { value } from "../support/mocks";
import { number, project, region } from "./lens";
import { onGcp } from "./program";

const image = `docker.io/acme/web@sha256:${"a".repeat(64)}`;
const end = "0a1b2c3d";

interface Matcher {
    name: string;
    routeRules: { priority: number; matchRules: object[]; service?: string; urlRedirect?: object }[];
}

const service = (name = "web") => new Container(name, { image, port: 3000 });
const box = () => new Container("box", { image, ports: { http: { port: 80 }, raw: { port: 9000, protocol: "tcp" } } });

const refused = (args: () => LoadBalancerArgs): Promise<string> =>
    onGcp(() => new LoadBalancer("entry", args())).then(
        () => "",
        (reason: unknown) => String(reason),
    );

describe("LoadBalancer on GCP", () => {
    it("is on the internet for a domain, over TLS, with plain HTTP sent there", async () => {
        const { inputs, names, result } = await onGcp(
            () =>
                new LoadBalancer("entry", {
                    routes: [{ host: "api.example.com", to: service() }],
                    domain: "example.com",
                    allow: ["203.0.113.0/24", "2001:db8::/32"],
                    waf: true,
                }),
            { "mvi:profile": "prod" },
        );
        expect(await value(result.url)).to.equal("https://example.com");
        expect(await value(result.address)).to.equal("192.0.2.7");
        // What is guarded is what others rely on.
        for (const [type, name] of [
            ["GlobalAddress", "entry-address-web"],
            ["GlobalForwardingRule", "entry-listener-https"],
        ])
            expect(inputs(type, name).deletionPolicy, name).to.equal("PREVENT");
        expect(inputs("GlobalForwardingRule", "entry-listener-https")).to.include({
            loadBalancingScheme: "EXTERNAL_MANAGED",
            portRange: "443",
            ipAddress: "entry-address-web",
            target: "entry-proxy",
        });
        expect(inputs("GlobalForwardingRule", "entry-listener-http")).to.include({
            portRange: "80",
            target: "entry-plain",
        });
        expect(inputs("URLMap", "entry-upgrade").defaultUrlRedirect).to.deep.equal({
            httpsRedirect: true,
            stripQuery: false,
            redirectResponseCode: "MOVED_PERMANENTLY_DEFAULT",
        });
        expect(inputs("TargetHttpProxy", "entry-plain")).to.include({ urlMap: "entry-upgrade" });
        expect(inputs("TargetHttpsProxy", "entry-proxy")).to.include({
            urlMap: "entry-routes",
            certificateMap: "//certificatemanager.googleapis.com/entry-certificates",
            sslPolicy: "entry-tls",
        });
        expect(inputs("SSLPolicy", "entry-tls")).to.include({
            minTlsVersion: "TLS_1_2",
            profile: "RESTRICTED",
            postQuantumKeyExchange: "ENABLED",
        });
        // Proven by the zone, so that it is there before the DNS points here.
        expect(inputs("Certificate", "entry-certificate").managed).to.deep.equal({
            domains: ["example.com", "api.example.com"],
            dnsAuthorizations: ["entry-authorization-example-com", "entry-authorization-api-example-com"],
        });
        expect(inputs("RecordSet", "entry-proof-api-example-com")).to.deep.include({
            managedZone: "example",
            name: "_acme-challenge.api.example.com.",
            type: "CNAME",
            rrdatas: ["entry-authorization-api-example-com.authorize.goog."],
        });
        expect(names("RecordSet").filter((name) => name.startsWith("entry-record"))).to.have.members([
            "entry-record-example-com",
            "entry-record-api-example-com",
        ]);
        expect(inputs("CertificateMapEntry", "entry-entry")).to.deep.include({
            matcher: "PRIMARY",
            certificates: ["entry-certificate"],
        });
        // A serverless backend is refused with a health check, a timeout or a port's name.
        const backend = inputs("BackendService", "entry-backend-web-http");
        expect(backend).to.deep.include({
            loadBalancingScheme: "EXTERNAL_MANAGED",
            backends: [{ group: "entry-endpoints-web-http" }],
            securityPolicy: "entry-armor-web",
            logConfig: { enable: true, sampleRate: 1 },
            customResponseHeaders: ["Strict-Transport-Security: max-age=31536000"],
        });
        expect(backend).to.not.have.any.keys("healthChecks", "timeoutSec", "portName");
        expect(inputs("RegionNetworkEndpointGroup", "entry-endpoints-web-http")).to.deep.include({
            networkEndpointType: "SERVERLESS",
            region,
            cloudRun: { service: `web-${end}` },
        });
        expect(inputs("Service", "web")).to.include({
            ingress: "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
            invokerIamDisabled: true,
            defaultUriDisabled: true,
        });
        const { rules, type } = inputs("SecurityPolicy", "entry-armor-web") as {
            type: string;
            rules: { priority: number; action: string; match: { expr?: { expression: string }; config?: object } }[];
        };
        expect(type).to.equal("CLOUD_ARMOR");
        const canary = rules.find(({ match }) => match.expr?.expression === "evaluatePreconfiguredExpr('cve-canary')");
        expect(canary).to.include({ action: "deny(403)" });
        expect(JSON.stringify(rules)).to.include("evaluatePreconfiguredWaf('sqli-v33-stable', {'sensitivity': 1})");
        expect(rules.find(({ action }) => action === "allow")?.match.config).to.deep.equal({
            srcIpRanges: ["203.0.113.0/24", "2001:db8::/32"],
        });
        expect(rules.at(-1)).to.deep.include({ priority: 2_147_483_647, action: "deny(403)" });
        // Attacks are blocked before who is allowed is let in.
        const priorities = rules.map(({ priority }) => priority);
        expect(priorities).to.deep.equal([...priorities].sort((a, b) => a - b));
        expect(names("UptimeCheckConfig"), "nobody asks where only some are let in").to.deep.equal([]);
    });

    it("leaves the DNS to whoever gives the certificate, and writes no access log when told so", async () => {
        const { inputs, names } = await onGcp(
            () =>
                void new LoadBalancer("entry", {
                    routes: [{ path: "/a", to: service() }],
                    domain: "example.com",
                    certificate: "projects/p/locations/global/certificates/own",
                    accessLog: false,
                }),
        );
        expect(inputs("CertificateMapEntry", "entry-entry").certificates).to.deep.equal([
            "projects/p/locations/global/certificates/own",
        ]);
        expect([...names("Certificate"), ...names("DnsAuthorization")]).to.deep.equal([]);
        expect(names("RecordSet").filter((name) => name.startsWith("entry"))).to.deep.equal([]);
        expect(inputs("BackendService", "entry-backend-web-http").logConfig).to.deep.equal({ enable: false });
        expect(inputs("GlobalAddress", "entry-address-web").deletionPolicy).to.equal("DELETE");
        expect(names("SecurityPolicy")).to.deep.equal([]);
    });

    it("is a service's own URL where it does nothing else, and costs nothing", async () => {
        const { inputs, names, result } = await onGcp(() => new LoadBalancer("entry", { routes: [{ to: service() }] }));
        const host = `web-${end}-${number}.${region}.run.app`;
        expect(await value(result.url)).to.equal(`https://${host}`);
        expect(await value(result.address)).to.equal(host);
        expect(inputs("Service", "web")).to.include({ ingress: "INGRESS_TRAFFIC_ALL", invokerIamDisabled: true });
        for (const type of ["GlobalAddress", "GlobalForwardingRule", "URLMap", "BackendService"])
            expect(names(type), type).to.deep.equal([]);
        expect(names("UptimeCheckConfig")).to.deep.equal(["entry-uptime"]);
        for (const gauge of ["requests", "errors", "latency", "reachable"])
            expect(result.hasGauge(gauge)).to.equal(true);
    });

    it("has a name of Google's, over HTTPS, where it does more without a domain", async () => {
        const { inputs, result } = await onGcp(
            () => new LoadBalancer("entry", { routes: [{ to: service() }, { path: "/api", to: service("api") }] }),
        );
        const host = `entry-host-${end}.endpoints.${project}.cloud.goog`;
        expect(await value(result.url)).to.equal(`https://${host}`);
        const endpoint = inputs("Service", "entry-endpoint");
        expect(endpoint.serviceName).to.equal(host);
        expect(JSON.parse(endpoint.openapiConfig as string)).to.deep.include({
            host,
            "x-google-endpoints": [{ name: host, target: "192.0.2.7" }],
        });
        expect(inputs("Certificate", "entry-certificate").managed).to.deep.equal({ domains: [host] });
    });

    it("puts the most specific route first for each host, and says where each redirect goes", async () => {
        const { inputs } = await onGcp(() => {
            const [web, api] = [service(), service("api")];
            new LoadBalancer("entry", {
                domain: "example.com",
                routes: [{ to: web }, { path: "/api/", to: api }, { host: "*.example.com", to: web }],
                redirects: [
                    { path: "/api/v1", to: "/api/v2", permanent: true },
                    { host: "www.example.com", to: "https://other.example.org/a" },
                ],
            });
        });
        const { hostRules, pathMatchers } = inputs("URLMap", "entry-routes") as {
            hostRules: { hosts: string[]; pathMatcher: string }[];
            pathMatchers: Matcher[];
        };
        const of = (host: string) => {
            const { pathMatcher } = hostRules.find(({ hosts }) => hosts[0] === host)!;
            return pathMatchers.find(({ name }) => name === pathMatcher)!.routeRules;
        };
        expect(hostRules.map(({ hosts }) => hosts)).to.deep.equal([["www.example.com"], ["*.example.com"], ["*"]]);
        const everywhere = [
            {
                matchRules: [{ fullPathMatch: "/api/v1" }, { prefixMatch: "/api/v1/" }],
                urlRedirect: {
                    pathRedirect: "/api/v2",
                    stripQuery: true,
                    redirectResponseCode: "MOVED_PERMANENTLY_DEFAULT",
                },
            },
            {
                matchRules: [{ fullPathMatch: "/api" }, { prefixMatch: "/api/" }],
                service: "entry-backend-api-http",
            },
            { matchRules: [{ prefixMatch: "/" }], service: "entry-backend-web-http" },
        ];
        const any = { matchRules: [{ prefixMatch: "/" }], service: "entry-backend-web-http" };
        const away = {
            matchRules: [{ prefixMatch: "/" }],
            urlRedirect: {
                hostRedirect: "other.example.org",
                pathRedirect: "/a",
                stripQuery: true,
                redirectResponseCode: "FOUND",
            },
        };
        const numbered = (rules: object[]) => rules.map((rule, priority) => ({ priority, ...rule }));
        expect(of("*")).to.deep.equal(numbered(everywhere));
        expect(of("*.example.com")).to.deep.equal(numbered([any, ...everywhere]));
        expect(of("www.example.com")).to.deep.equal(numbered([away, any, ...everywhere]));
    });

    it("answers 404 where no route goes, without asking anybody", async () => {
        const { inputs, names } = await onGcp(
            () => void new LoadBalancer("entry", { redirects: [{ path: "/old", to: "https://example.com/" }] }),
        );
        expect(inputs("URLMap", "entry-routes").defaultRouteAction).to.deep.equal({
            weightedBackendServices: [{ backendService: "entry-nothing", weight: 100 }],
            faultInjectionPolicy: { abort: { httpStatus: 404, percentage: 100 } },
        });
        expect(names("BackendService")).to.deep.equal(["entry-nothing"]);
    });

    it("refuses a redirect that Google's load balancers cannot say", async () => {
        for (const [to, why] of [
            ["http://example.com/", "plain HTTP"],
            ["https://example.com:8443/", "another port"],
            ["/new?old=1", "a query"],
        ])
            expect(await refused(() => ({ redirects: [{ to }] }))).to.include(
                `redirects[0].to: cannot go to ${why} on gcp`,
            );
    });

    it("takes connections by TCP through Google's proxies, at another port than the container's", async () => {
        const { inputs, names, result } = await onGcp(
            () =>
                new LoadBalancer("entry", {
                    tcp: { raw: { listen: 5000, to: box(), port: "raw" } },
                    allow: Array.from({ length: 11 }, (_, index) => `203.0.113.${index}/32`),
                }),
        );
        expect(await value(result.url)).to.equal("tcp://192.0.2.7:5000");
        expect(inputs("GlobalForwardingRule", "entry-listener-tcp-raw")).to.include({
            portRange: "5000",
            target: "entry-relay-raw",
            ipAddress: "entry-address-tcp",
            loadBalancingScheme: "EXTERNAL_MANAGED",
        });
        expect(inputs("TargetTCPProxy", "entry-relay-raw")).to.include({
            backendService: "entry-backend-tcp-raw",
            proxyHeader: "NONE",
        });
        expect(inputs("BackendService", "entry-backend-tcp-raw")).to.deep.include({
            protocol: "TCP",
            portName: "raw",
            healthChecks: "entry-health-tcp-raw",
            securityPolicy: "entry-armor-tcp",
            connectionDrainingTimeoutSec: 30,
        });
        expect(inputs("HealthCheck", "entry-health-tcp-raw").tcpHealthCheck).to.deep.equal({ port: 9000 });
        expect(inputs("Firewall", "entry-firewall-tcp-raw")).to.deep.include({
            direction: "INGRESS",
            sourceRanges: ["130.211.0.0/22", "35.191.0.0/16"],
            allows: [{ protocol: "tcp", ports: ["9000"] }],
        });
        // A rule of Cloud Armor takes ten addresses; by connection it looks at nothing else.
        const { rules } = inputs("SecurityPolicy", "entry-armor-tcp") as { rules: { match: { config?: object } }[] };
        expect(rules.map(({ match }) => match.config)).to.deep.equal([
            { srcIpRanges: Array.from({ length: 10 }, (_, index) => `203.0.113.${index}/32`) },
            { srcIpRanges: ["203.0.113.10/32"] },
            { srcIpRanges: ["*"] },
        ]);
        expect(names("TargetHttpsProxy")).to.deep.equal([]);
        expect(await refused(() => ({ tcp: { raw: { listen: 5000, to: service(), port: "http" } } }))).to.match(
            /tcp\.raw\.to: speaks HTTP only, on Cloud Run/,
        );
    });

    it("goes to machines by their ports' names, and asks them for their health", async () => {
        const { inputs } = await onGcp(() => {
            const web = new Container("box", {
                image,
                ports: { http: { port: 80 }, raw: { port: 9000, protocol: "tcp" } },
                health: { path: "/healthz", interval: 20, timeout: 3, failures: 5 },
            });
            new LoadBalancer("entry", { routes: [{ to: web }], domain: "example.com" });
        });
        expect(inputs("BackendService", "entry-backend-box-http")).to.deep.include({
            protocol: "HTTP",
            portName: "http",
            healthChecks: "entry-health-box-http",
        });
        expect(inputs("HealthCheck", "entry-health-box-http")).to.deep.include({
            checkIntervalSec: 20,
            timeoutSec: 3,
            unhealthyThreshold: 5,
            httpHealthCheck: { port: 80, requestPath: "/healthz" },
        });
    });

    it("is in the zone of its name, else of the next one above, else says what to do", () => {
        const zone = (name: string, dnsName: string, visibility = "public") => ({ name, dnsName, visibility });
        const all = [
            zone("a", "example.com."),
            zone("b", "shop.example.com."),
            zone("c", "x.shop.example.com.", "private"),
        ];
        expect(chooseZone("web", "x.shop.example.com", all)).to.equal("b");
        expect(chooseZone("web", "example.com", all)).to.equal("a");
        expect(() => chooseZone("web", "notexample.com", all)).to.throw(
            /web: domain: Cloud DNS has no public zone for notexample\.com in this project: make one for notexample\.com/,
        );
    });

    it("takes names of 1 to 40 characters, and can be previewed", async () => {
        for (const name of ["a", "b".repeat(40)]) {
            const { all } = await onGcp(
                () => void new LoadBalancer(name, { routes: [{ to: service() }, { path: "/box", to: box() }] }),
                {},
                { preview: name === "a" },
            );
            for (const { inputs } of all)
                if (typeof inputs.name === "string" && name !== "a") expect(inputs.name).to.match(/^[a-z0-9-]{1,63}$/);
        }
    });
});
