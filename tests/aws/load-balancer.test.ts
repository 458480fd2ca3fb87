import { expect } from "chai";
import { Container, LoadBalancer, Network } from "../../components";
import { findZone } from "../../providers/aws/domain";
import { arn } from "./lens";
import { onAws, statements } from "./program";
import { value } from "../support/mocks";

const image = `ghcr.io/acme/web@sha256:${"a".repeat(64)}`;
const ports = { http: { port: 3000 }, raw: { port: 9000, protocol: "tcp" as const } };

describe("LoadBalancer on AWS", () => {
    it("guards the stack's own load balancer where it is the first there and guarded itself, and takes no guard away", async () => {
        const guarded = async (protect: boolean | undefined, profile: string, first = false) => {
            const { inputs } = await onAws(
                () => {
                    const web = new Container("web", { image, port: 3000, public: first });
                    const network = new Network("other", { egress: "nat-instance" });
                    new Container("else", { image, port: 3000, public: true, network });
                    new LoadBalancer("entry", { routes: [{ to: web }], protect });
                },
                { "mvi:profile": profile },
            );
            return ["stack-balancer", "stack-balancer-other"].map(
                (name) => inputs("LoadBalancer", name).enableDeletionProtection,
            );
        };
        expect(await guarded(true, "dev")).to.deep.equal([true, false]);
        expect(await guarded(undefined, "dev")).to.deep.equal([false, false]);
        expect(await guarded(false, "prod")).to.deep.equal([true, true]);
        expect(await guarded(true, "prod", true)).to.deep.equal([true, true]);
        expect(await guarded(true, "dev", true).then(() => "", String)).to.match(
            /LoadBalancer entry: protect: true: .* declare it before what is `public`, give it a `domain`, or run `pulumi/,
        );
    });

    it("is on the internet for a domain, over TLS, with plain HTTP sent there", async () => {
        const { inputs, names, result } = await onAws(
            () => {
                const web = new Container("web", { image, ports });
                return new LoadBalancer("entry", {
                    routes: [{ host: "api.example.com", to: web }],
                    domain: "example.com",
                    allow: ["203.0.113.0/24", "2001:db8::/32"],
                    waf: true,
                });
            },
            { "mvi:profile": "prod" },
        );
        expect(await value(result.url)).to.equal("https://example.com");
        expect(inputs("LoadBalancer", "entry")).to.deep.include({
            internal: false,
            enableDeletionProtection: true,
            dropInvalidHeaderFields: true,
            desyncMitigationMode: "strictest",
            accessLogs: { bucket: "stack-access-logs", enabled: true, prefix: "alb/entry" },
        });
        expect(inputs("Listener", "entry-listener")).to.deep.include({
            protocol: "HTTPS",
            port: 443,
            sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
            certificateArn: arn("acm", "certificate/entry-certificate"),
        });
        expect(inputs("Listener", "entry-plain").defaultActions).to.deep.equal([
            { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
        ]);
        expect(inputs("Certificate", "entry-certificate")).to.deep.include({
            domainName: "example.com",
            subjectAlternativeNames: ["api.example.com"],
        });
        expect(names("Record")).to.have.members([
            "entry-proof-example.com",
            "entry-proof-api.example.com",
            "entry-record-example.com-a",
            "entry-record-api.example.com-a",
        ]);
        expect(inputs("SecurityGroupIngressRule", "entry-from-443-1")).to.include({ cidrIpv4: "203.0.113.0/24" });
        expect(inputs("SecurityGroupIngressRule", "entry-from-443-2")).to.include({ cidrIpv6: "2001:db8::/32" });
        const acl = inputs("WebAcl", "entry-firewall") as {
            scope: string;
            rules: { name: string; overrideAction: object }[];
        };
        expect(acl.scope).to.equal("REGIONAL");
        expect(Object.fromEntries(acl.rules.map(({ name, overrideAction }) => [name, overrideAction]))).to.deep.equal({
            AWSManagedRulesCommonRuleSet: { none: {} },
            AWSManagedRulesKnownBadInputsRuleSet: { none: {} },
            AWSManagedRulesAmazonIpReputationList: { none: {} },
            AWSManagedRulesAnonymousIpList: { count: {} },
        });
        expect(inputs("WebAclAssociation", "entry-firewallOf")).to.include({
            resourceArn: arn("elasticloadbalancing", "loadbalancer/entry"),
        });
        expect(inputs("LogGroup", "entry-firewallLog").name).to.match(/^aws-waf-logs-/);
        expect(inputs("LogGroup", "entry-firewallLog").kmsKeyId).to.equal(arn("kms", "key/stack-key-id"));
        expect(inputs("Service", "web")).to.deep.include({
            loadBalancers: [
                {
                    targetGroupArn: arn("elasticloadbalancing", "targetgroup/entry-target-web-http"),
                    containerName: "main",
                    containerPort: 3000,
                },
            ],
        });
        expect(inputs("SecurityGroupEgressRule", "entry-connectOut-web-3000")).to.include({
            securityGroupId: "entry-group",
            referencedSecurityGroupId: "web-group",
        });
    });

    it("leaves the DNS to whoever gives the certificate, and writes no access log when told so", async () => {
        const { inputs, names } = await onAws(
            () =>
                void new LoadBalancer("entry", {
                    redirects: [{ to: "https://example.com/" }],
                    domain: "example.com",
                    certificate: "arn:own",
                    accessLog: false,
                }),
        );
        expect(inputs("Listener", "entry-listener").certificateArn).to.equal("arn:own");
        expect([...names("Record"), ...names("Certificate")]).to.deep.equal([]);
        expect(inputs("LoadBalancer", "entry").accessLogs).to.deep.equal({ bucket: "", enabled: false });
        expect(inputs("SecurityGroupIngressRule", "entry-from-443-1")).to.include({ cidrIpv4: "0.0.0.0/0" });
    });

    it("is behind CloudFront without a domain, and lets in only who is allowed", async () => {
        const { inputs, names } = await onAws(() => {
            const web = new Container("web", { image, ports });
            new LoadBalancer("entry", { routes: [{ to: web }], allow: ["203.0.113.0/24"] });
        });
        expect(names("LoadBalancer")).to.deep.equal(["stack-balancer"]);
        expect(inputs("ListenerRule", "entry-rule-1").conditions).to.deep.equal([
            { httpHeader: { httpHeaderName: "x-mvi-entry", values: ["entry"] } },
        ]);
        expect(inputs("WebAcl", "entry-firewall")).to.deep.include({ scope: "CLOUDFRONT", region: "us-east-1" });
        expect(inputs("IpSet", "entry-allowed-ipv4")).to.deep.include({
            addresses: ["203.0.113.0/24"],
            region: "us-east-1",
        });
        // A key serves its own region only.
        expect(inputs("LogGroup", "entry-firewallLog")).to.include({
            kmsKeyId: arn("kms", "key/stack-edge-key-id"),
            region: "us-east-1",
        });
        expect(inputs("Key", "stack-edge-key")).to.include({ region: "us-east-1", enableKeyRotation: true });
        expect(JSON.stringify(statements(inputs("Key", "stack-edge-key").policy))).to.include(
            "logs.us-east-1.amazonaws.com",
        );
        expect(inputs("Distribution", "entry-edge").webAclId).to.equal(arn("wafv2", "webacl/entry-firewall"));
    });

    it("keeps a line for each request that CloudFront takes, in the stack's own bucket", async () => {
        const { inputs } = await onAws(() => void new Container("web", { image, port: 3000, public: true }));
        expect(inputs("Distribution", "web-edge").defaultCacheBehavior).to.include({
            responseHeadersPolicyId: "67f7725c-6f97-4210-82d7-5512b31e9d03",
        });
        expect(inputs("LogDeliverySource", "web-edgeLogSource")).to.include({
            logType: "ACCESS_LOGS",
            region: "us-east-1",
            resourceArn: arn("cloudfront", "distribution/web-edge"),
        });
        expect(inputs("LogDeliveryDestination", "web-edgeLogDestination")).to.deep.include({
            region: "us-east-1",
            deliveryDestinationConfiguration: { destinationResourceArn: "arn:aws:s3:::stack-access-logs" },
        });
        expect(inputs("LogDelivery", "web-edgeLog")).to.include({
            deliverySourceName: inputs("LogDeliverySource", "web-edgeLogSource").name,
            deliveryDestinationArn: arn("logs", "delivery-destination:web-edgeLogDestination"),
        });
        const writers = statements(inputs("BucketPolicy", "stack-access-logs-policy").policy);
        expect(writers.find(({ Sid }) => Sid === "Deliveries")).to.deep.include({
            Principal: { Service: "delivery.logs.amazonaws.com" },
            Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
        });
    });

    it("puts the most specific route first, and says where each redirect goes", async () => {
        const { inputs } = await onAws(() => {
            const web = new Container("web", { image, ports });
            const api = new Container("api", { image, port: 8080 });
            new LoadBalancer("entry", {
                domain: "example.com",
                routes: [{ to: web }, { path: "/api/", to: api }, { host: "*.example.com", to: web }],
                redirects: [
                    { path: "/api/v1", to: "/api/v2?old=1", permanent: true },
                    { host: "www.example.com", to: "https://other.example.org:8443/a?b=c" },
                ],
            });
        });
        const rules = [1, 2, 3, 4, 5].map(
            (place) =>
                inputs("ListenerRule", `entry-rule-${place}`) as {
                    priority: number;
                    conditions: object[];
                    actions: object[];
                },
        );
        expect(rules.map(({ priority }) => priority)).to.deep.equal([1, 2, 3, 4, 5]);
        expect(rules.map(({ conditions }) => conditions)).to.deep.equal([
            [{ hostHeader: { values: ["www.example.com"] } }],
            [{ hostHeader: { values: ["*.example.com"] } }],
            [{ pathPattern: { values: ["/api/v1", "/api/v1/*"] } }],
            [{ pathPattern: { values: ["/api", "/api/*"] } }],
            [{ pathPattern: { values: ["/*"] } }],
        ]);
        expect(rules[0].actions[0]).to.deep.equal({
            type: "redirect",
            redirect: {
                protocol: "HTTPS",
                host: "other.example.org",
                port: "8443",
                path: "/a",
                query: "b=c",
                statusCode: "HTTP_302",
            },
        });
        expect(rules[2].actions[0]).to.deep.equal({
            type: "redirect",
            redirect: { protocol: "HTTPS", port: "443", path: "/api/v2", query: "old=1", statusCode: "HTTP_301" },
        });
    });

    it("takes connections by TCP at a load balancer of their own", async () => {
        const { inputs, result } = await onAws(() => {
            const web = new Container("web", { image, ports });
            return new LoadBalancer("entry", {
                tcp: { raw: { listen: 5000, to: web, port: "raw" } },
                allow: ["203.0.113.0/24"],
            });
        });
        expect(await value(result.url)).to.equal("tcp://entry-tcp.eu-central-1.elb.amazonaws.com:5000");
        expect(inputs("LoadBalancer", "entry-tcp")).to.include({ loadBalancerType: "network", internal: false });
        expect(inputs("Listener", "entry-tcpListener-raw")).to.include({ protocol: "TCP", port: 5000 });
        expect(inputs("TargetGroup", "entry-target-tcp-raw")).to.include({
            protocol: "TCP",
            port: 9000,
            targetType: "ip",
        });
        expect(inputs("SecurityGroupIngressRule", "entry-from-5000-1")).to.include({ cidrIpv4: "203.0.113.0/24" });
        expect(inputs("Service", "web").loadBalancers).to.have.length(1);
    });

    it("is in the zone of its name, else of the next one above, else says what to do", async () => {
        const asked: string[] = [];
        const only = (zone: string) => (name: string) => {
            asked.push(name);
            return name === zone
                ? Promise.resolve("ZONE")
                : Promise.reject(new Error("no matching Route 53 Hosted Zone found"));
        };
        expect(await findZone("web", "a.shop.example.com", only("example.com"))).to.equal("ZONE");
        expect(asked).to.deep.equal(["a.shop.example.com", "shop.example.com", "example.com"]);
        expect(await findZone("web", "shop.example.com", only("none")).catch(String)).to.match(
            /web: domain: Route 53 has no public zone for shop\.example\.com .*make one for example\.com/,
        );
        const denied = () => Promise.reject(new Error("AccessDenied"));
        expect(await findZone("web", "shop.example.com", denied).catch(String)).to.equal("Error: AccessDenied");
    });
});
