// Arguments of which a deployment breaks, or something opens, when they are lost: each is in one place only.
import { expect } from "chai";
import * as path from "node:path";
import { Container, Database, Image, Job, LoadBalancer, Log, Metric, VM } from "../../components";
import { onAws, recorded, statements } from "./program";

const image = `ghcr.io/acme/web@sha256:${"a".repeat(64)}`;
const prod = { "mvi:profile": "prod" };

describe("Single arguments on AWS", () => {
    it("take CloudFront to the load balancer in private, and for as long as is said", async () => {
        const { inputs } = await onAws(() => new Container("web", { image, port: 80, public: true }), prod);
        const { origins, restrictions, webAclId } = inputs("Distribution", "web-edge");
        expect(origins).to.deep.equal([
            {
                originId: "balancer",
                domainName: "stack-balancer.eu-central-1.elb.amazonaws.com",
                vpcOriginConfig: {
                    vpcOriginId: "stack-balancer-origin",
                    originReadTimeout: 120,
                    originKeepaliveTimeout: 60,
                },
                customHeaders: [{ name: "x-mvi-entry", value: "web" }],
            },
        ]);
        expect(restrictions).to.deep.equal({ geoRestriction: { restrictionType: "none", locations: [] } });
        expect(webAclId).to.equal(undefined);
        const { vpcOriginEndpointConfig } = inputs("VpcOrigin", "stack-balancer-origin");
        expect(vpcOriginEndpointConfig).to.deep.include({ httpPort: 80, originProtocolPolicy: "http-only" });
        expect(inputs("LoadBalancer", "stack-balancer")).to.deep.include({
            internal: true,
            dropInvalidHeaderFields: true,
            desyncMitigationMode: "strictest",
            xffHeaderProcessingMode: "append",
            enableDeletionProtection: true,
        });
        expect(inputs("Listener", "stack-balancer-listener").defaultActions).to.deep.equal([
            {
                type: "fixed-response",
                fixedResponse: { statusCode: "404", contentType: "text/plain", messageBody: "Not found" },
            },
        ]);
    });

    it("keep a domain's load balancer to HTTPS, and tell nobody what it is", async () => {
        const { inputs } = await onAws(() => {
            const web = new Container("web", { image, port: 80, stopGrace: 15 });
            new LoadBalancer("front", { domain: "www.example.com", routes: [{ to: web }], waf: true });
        }, prod);
        expect(inputs("Listener", "front-listener")).to.deep.include({
            protocol: "HTTPS",
            routingHttpResponseServerEnabled: false,
            routingHttpResponseStrictTransportSecurityHeaderValue: "max-age=31536000",
        });
        expect(inputs("TargetGroup", "front-target-web-http").deregistrationDelay).to.equal(15);
        const { loggingFilter, redactedFields } = inputs("WebAclLoggingConfiguration", "front-firewallLogging");
        expect(loggingFilter).to.deep.equal({
            defaultBehavior: "DROP",
            filters: [
                { behavior: "KEEP", requirement: "MEETS_ANY", conditions: [{ actionCondition: { action: "BLOCK" } }] },
            ],
        });
        expect(redactedFields).to.deep.equal([
            { singleHeader: { name: "authorization" } },
            { singleHeader: { name: "cookie" } },
        ]);
    });

    it("keep machines in private, and no older than their system's updates", async () => {
        const { inputs } = await onAws(() => {
            const pool = new VM("pool", { scale: { min: 1, max: 2 } });
            new Container("packed", { image, on: pool });
        }, prod);
        const [card] = inputs("LaunchTemplate", "pool-template").networkInterfaces as object[];
        expect(card).to.deep.include({ associatePublicIpAddress: "false", deleteOnTermination: "true" });
        expect(inputs("Group", "pool")).to.deep.include({ maxInstanceLifetime: 2592000, defaultInstanceWarmup: 120 });
        const { autoScalingGroupProvider } = inputs("CapacityProvider", "pool-pool");
        expect(autoScalingGroupProvider).to.deep.include({ managedDraining: "ENABLED" });
    });

    it("let a database's function go without its cards, and a topic be written to over TLS only", async () => {
        const { inputs, names } = await onAws(() => {
            const db = new Database("db", { engine: "postgres" });
            new Container("web", { image, uses: [db] });
            new Metric("orders", { alarms: { many: { above: 9, email: "ops@example.com" } } });
        });
        expect(inputs("Function", "db-settle").replaceSecurityGroupsOnDestroy).to.equal(true);
        const [topic] = names("TopicPolicy");
        expect(statements(inputs("TopicPolicy", topic).policy).at(-1)).to.deep.include({
            Effect: "Deny",
            Action: "sns:Publish",
            Condition: { Bool: { "aws:SecureTransport": "false" } },
        });
    });

    it("keep an image's newest, and for two weeks what could not be started", async () => {
        const { inputs } = await onAws(() => {
            const app = new Image("app", { context: path.join(__dirname, "../../examples/guestbook") });
            new Job("nightly", { image: app, schedule: "0 3 * * *" });
        });
        const { policy } = inputs("LifecyclePolicy", "app-lifecycle");
        const [{ selection, action }] = (JSON.parse(policy as string) as { rules: Record<string, unknown>[] }).rules;
        expect(selection).to.deep.equal({ tagStatus: "any", countType: "imageCountMoreThan", countNumber: 50 });
        expect(action).to.deep.equal({ type: "expire" });
        expect(inputs("Queue", "nightly-lost").messageRetentionSeconds).to.equal(1209600);
    });

    it("look for a text as it is written, whatever it means to CloudWatch", async () => {
        const contains = String.raw`say "no" ?ERROR \ [a] {$.b}`;
        const { inputs } = await onAws(() => {
            new Log("book", { filters: { said: { contains, into: new Metric("said") } } });
        });
        expect(inputs("LogMetricFilter", "book-filter-said").pattern).to.equal(
            String.raw`"say \"no\" ?ERROR \\ [a] {$.b}"`,
        );
    });

    it("wait a quarter of an hour for a certificate whose proof is looked for, and no longer", async () => {
        const made = await recorded(() => {
            const web = new Container("web", { image, port: 80 });
            new LoadBalancer("front", { domain: "www.example.com", routes: [{ to: web }] });
        });
        const [validation] = made.filter(({ type }) => /certificateValidation:/i.test(type));
        expect(validation.options.customTimeouts).to.include({ create: "15m" });
    });
});
