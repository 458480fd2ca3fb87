import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import {
    App,
    Blob,
    Container,
    Database,
    Image,
    Job,
    Key,
    KV,
    LoadBalancer,
    Log,
    Metric,
    Network,
    Secret,
    VM,
} from "../../components";
import { prefixed, renamed, shortName } from "../../providers/aws/names";
import { attached, managedPolicies } from "./managed-policies";
import { last, onAws, statements } from "./program";
import { type Registered, value } from "../support/mocks";
import { hasTags, takesTags } from "./tags";

const image = `ghcr.io/acme/web@sha256:${"a".repeat(64)}`;

/** Everything that is made on AWS: each component, with what makes further resources. */
function everything(name: string) {
    const other = (letter: string) => `${name.slice(0, 38).replace(/-+$/, "")}-${letter}`;
    kept(name, other);
    run(name, other);
}

function kept(name: string, other: (letter: string) => string) {
    const key = new Key(name);
    new Key(other("i"), { material: "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=" });
    const blob = new Blob(name, { key, cors: [{ origins: ["*"] }] });
    new KV(name);
    new Secret(name, { generate: {} });
    new Log(name, { export: blob });
    new Network(name, { egress: "nat-instance", flowLogs: true });
    new Network(other("n"), { egress: "none" });
}

function run(name: string, other: (letter: string) => string) {
    const database = new Database(name, { engine: "postgres" });
    const cache = new Database(other("c"), { engine: "redis" });
    const aurora = new Database(other("a"), { engine: "mysql", size: "serverless" });
    const network = new Network(other("g"), { egress: "nat-gateway" });
    const built = new Image(name, { context: "./app" });
    const orders = new Metric(name, { alarms: { many: { above: 9, email: "ops@example.com" } } });
    const machines = new VM(name, { network, scale: { min: 1, max: 3 } });
    new VM(other("v"));
    new VM(other("f"), { start: "node serve.js", ports: { web: { port: 80 } }, scale: { min: 1, max: 2 } });
    const web = new Container(name, {
        image,
        port: 80,
        exec: true,
        scale: { min: 2, max: 4, cpu: 60 },
        uses: [database, cache, aurora, orders.link().as("ORDERS")],
    });
    new Container(other("o"), { image, network, on: machines });
    const raw = new Container(other("r"), { image, ports: { raw: { port: 90, protocol: "tcp" } } });
    new Job(name, { image, schedule: "0 3 * * *", uses: [database] });
    new Job(other("j"), { image: built, once: true });
    new LoadBalancer(name, { routes: [{ to: web }], waf: true });
    new LoadBalancer(other("d"), {
        domain: "www.example.com",
        routes: [{ to: web }],
        tcp: { raw: { listen: 5000, to: raw, port: "raw" } },
    });
    new Metric(other("m"), { of: web.gauge("cpu"), alarms: { busy: { above: 0.9, email: "ops@example.com" } } });
}

describe("Everything on AWS", () => {
    it("is tagged with its app, its stack and its component, wherever AWS takes tags", async () => {
        const { all } = await onAws(() => everything("shop"));
        const untagged = all.filter(({ type, inputs }) => takesTags(type) && !hasTags(inputs.tags));
        expect(untagged.map((one) => `${last(one)} ${one.name}`)).to.deep.equal([]);
        expect(all.filter(({ type }) => takesTags(type)).length).to.be.above(40);
    });

    it("never has a policy that allows everything, but the account's own on its keys", async () => {
        const { all } = await onAws(() => everything("shop"), { "mvi:profile": "prod" });
        for (const { inputs, name } of all) {
            for (const text of [inputs.policy, inputs.assumeRolePolicy].filter(Boolean)) {
                const found = JSON.parse(text as string) as { Statement?: unknown };
                if (!found.Statement) continue; // a lifecycle
                for (const { Effect, Action, Resource, Sid, Principal, Condition } of statements(text)) {
                    if (Effect !== "Allow" || Sid === "Account") continue;
                    expect(
                        [Action].flat().filter((action) => action.endsWith("*")),
                        name,
                    ).to.deep.equal([]);
                    // In a key's own policy there is no other resource than the key.
                    if (Principal || ![Resource].flat().includes("*")) continue;
                    expect(
                        [Action].flat().filter((action) => !withoutResource.has(action)),
                        name,
                    ).to.deep.equal([]);
                    expect(Condition, name).to.be.an("object");
                }
            }
        }
    });

    it("has no role that a service would take for somebody else's account", async () => {
        const { all } = await onAws(() => everything("shop"), { "mvi:profile": "prod" });
        const services = new Set<string>();
        for (const { name, inputs } of all.filter((one) => last(one) === "Role"))
            for (const { Principal, Condition } of statements(inputs.assumeRolePolicy)) {
                const { Service } = Principal as { Service: string };
                services.add(Service);
                // EC2 takes a role by an instance profile, and Lambda by a function: of this account, both.
                if (Service === "ec2.amazonaws.com" || Service === "lambda.amazonaws.com") continue;
                expect(JSON.stringify(Condition), name).to.match(
                    /^\{"(StringEquals":\{"(aws:SourceAccount|sts:ExternalId)":"123456789012"|ArnLike":\{"aws:SourceArn":"arn:aws:logs:[a-z0-9-]+:123456789012:\*")\}\}$/,
                );
            }
        expect(services.size).to.be.above(8);
    });

    it("has no policy of AWS's own, but those that have a reason", async () => {
        const { all } = await onAws(() => everything("shop"), { "mvi:profile": "prod" });
        expect([...new Set(attached(all))].filter((one) => !Object.hasOwn(managedPolicies, one))).to.deep.equal([]);
        expect(attached(all)).to.include("service-role/AmazonRDSEnhancedMonitoringRole");
    });

    it("has names within AWS's limits, for every name that there may be", async () => {
        for (const name of ["a", "a".repeat(40), `a${"-b".repeat(19)}`, "parent-with-the-longest-name-there-may-be"]) {
            const { all } = await onAws(() => everything(name.slice(0, 40)));
            for (const one of all) withinLimits(one);
        }
    });

    it("has no name that begins or ends as AWS keeps for itself, whatever a component is called", async function () {
        this.timeout(60_000);
        const met = new Set<string>();
        const long = "b".repeat(40);
        for (const name of [`aws-${long}`, "amzn-s3-demo", "ecs", "internal", `sg-${long}`]) {
            const { all } = await onAws(() => everything(name.slice(0, 40)));
            for (const one of all) {
                const physical = withinLimits(one);
                if (!Object.hasOwn(reserved, last(one))) continue;
                expect(physical, last(one)).not.to.match(reserved[last(one)]);
                if (physical.startsWith("x-")) met.add(last(one));
            }
        }
        expect([...met].sort()).to.deep.equal([
            "Bucket",
            "CapacityProvider",
            "Document",
            "LoadBalancer",
            "SecurityGroup",
        ]);
    });

    it("fits a part's parts too, whose names are longer", async () => {
        const app = "a".repeat(19);
        const { all } = await onAws(
            () => new App(app, { blobs: { ["b".repeat(20)]: {} }, logs: { ["c".repeat(20)]: {} } }),
        );
        expect(all.map(({ name }) => name)).to.include(`${app}-${"b".repeat(20)}`);
    });

    it("is the same at each run: nothing that is random, and no time", async () => {
        const [one, two] = [await onAws(() => everything("shop")), await onAws(() => everything("shop"))];
        expect(two.all).to.deep.equal(one.all);
    });
});

describe("Names on AWS", () => {
    it("are Pulumi's own while they fit, and keep their beginning else", () => {
        expect(prefixed("a".repeat(56), 64, "namePrefix")).to.deep.equal({});
        expect(prefixed("a".repeat(57), 64, "namePrefix")).to.deep.equal({ namePrefix: `${"a".repeat(37)}-` });
        expect(prefixed(`${"a".repeat(36)}-${"b".repeat(30)}`, 64, "namePrefix")).to.deep.equal({
            namePrefix: `${"a".repeat(36)}-`,
        });
    });

    it("begin with x- where AWS keeps their own beginning for itself, and are no other component's for that", async () => {
        for (const name of ["sthree-a", "sthree", "amzn-s3-demo-a", "amzn-s3-demo", "xn--a"])
            expect(prefixed(name, 63, "bucketPrefix", "bucket")).to.deep.equal({ bucketPrefix: `x-${name}-` });
        expect(prefixed("a-amzn-s3-demo-a", 63, "bucketPrefix", "bucket")).to.deep.equal({});
        await onAws(async () => {
            for (const name of ["aws", "ecs-nodes-pool", "fargate-pool"]) {
                expect(await value(pulumi.output(renamed(name, 255, "capacityProvider", "arn-1").name))).to.equal(
                    shortName(name, 255, "arn-1", "capacityProvider"),
                );
                expect(shortName(name, 255, "arn-1", "capacityProvider")).to.match(/^x-/);
            }
            for (const name of ["amazon-a", "amzn-a", "awsome-a"])
                expect(shortName(name, 128, "", "document")).to.match(new RegExp(`^x-${name}-[0-9a-f]{7}$`));
            expect(renamed("nodes-pool", 255, "capacityProvider")).to.deep.equal({});
            const names = ["internal-a", "x-internal-a", "internal"].map((one) =>
                shortName(one, 32, "", "loadBalancer"),
            );
            expect(new Set(names).size).to.equal(3);
            expect(names[2]).to.match(/^x-internal-[0-9a-f]{7}$/);
            // As it always was.
            expect(shortName("internals", 32, "", "loadBalancer")).to.equal(shortName("internals", 32));
            expect(shortName(`internal-${"a".repeat(40)}`, 32, "", "loadBalancer")).to.have.length(32);
        });
    });

    it("are short where they must be, and differ by name and salt", async () => {
        await onAws(() => {
            const names = [
                shortName("shop-web-target", 32),
                shortName("shop-web-target", 32, "8080"),
                shortName("shop-web-other", 32),
            ];
            expect(new Set(names).size).to.equal(3);
            expect(shortName("a".repeat(60), 32)).to.match(/^a{24}-[0-9a-f]{7}$/);
            expect(shortName("shop-web-target", 32)).to.equal(names[0]);
        });
    });
});

/**
 * What AWS gives on everything or not at all: of each, the service authorization reference names no resource, or its
 * service's guide asks for all. Each has a condition.
 */
const withoutResource: ReadonlySet<string> = new Set([
    "cloudwatch:PutMetricData",
    // Lambda puts a function into a network: only it asks, not the function's code. Before it makes one it asks of no card by name.
    "ec2:AssignPrivateIpAddresses",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
    // What a machine of ours gets from Systems Manager, and says to it.
    "ec2messages:AcknowledgeMessage",
    "ec2messages:DeleteMessage",
    "ec2messages:FailMessage",
    "ec2messages:GetEndpoint",
    "ec2messages:GetMessages",
    "ec2messages:SendReply",
    "ecr:GetAuthorizationToken",
    "ecs:DiscoverPollEndpoint",
    // How Step Functions sets up its log ("Using CloudWatch Logs to log execution history").
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "ssm:GetDeployablePatchSnapshotForInstance",
    "ssm:GetManifest",
    "ssm:ListAssociations",
    "ssm:PutConfigurePackageResult",
    "ssm:PutInventory",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
]);

/** What AWS calls it. Where Pulumi or the provider names it, with as long an end as that makes. */
function physicalName({ name: logical, inputs }: Registered): string {
    const { name, namePrefix, bucketPrefix } = inputs as Record<string, string | undefined>;
    const generated = "0".repeat((namePrefix ?? bucketPrefix) ? 26 : 7);
    return name ?? `${namePrefix ?? bucketPrefix ?? `${logical}-`}${generated}`;
}

function withinLimits(one: Registered): string {
    const [most, form] = limits[last(one)] ?? [255, /^/];
    const physical = physicalName(one);
    expect(physical.length, `${last(one)} ${physical}`).to.be.at.most(most);
    expect(physical, last(one)).to.match(form);
    return physical;
}

/**
 * What AWS keeps for itself, by type: of each, as its API says of the name. The others that we make keep none that a name of
 * ours could be: `alias/aws/` (KMS) and `aws/` (logs) have a slash, `aws:` (tags) and `default.` (parameter groups) a sign that
 * no component's name has, and IAM, RDS, ElastiCache, ECR, SNS, SQS, Lambda, WAF, Scheduler, Step Functions, Cloud Map, Secrets
 * Manager, DynamoDB and target groups name no beginning.
 */
const reserved: Readonly<Record<string, RegExp>> = {
    // "General purpose bucket naming rules", Amazon S3 User Guide.
    Bucket: /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/,
    // CreateCapacityProvider, Amazon ECS API Reference.
    CapacityProvider: /^(aws|ecs|fargate)/i,
    // CreateDocument, AWS Systems Manager API Reference.
    Document: /^(aws|amazon|amzn)/i,
    // CreateLoadBalancer, Elastic Load Balancing API Reference (2015-12-01).
    LoadBalancer: /^internal-/,
    // CreateSecurityGroup, Amazon EC2 API Reference.
    SecurityGroup: /^sg-/,
    // CreateAlias, AWS Key Management Service API Reference.
    Alias: /^alias\/aws\//,
    // CreateLogGroup, Amazon CloudWatch Logs API Reference.
    LogGroup: /^aws\//,
};

/** AWS's limits, of the types that have narrow ones. */
const limits: Readonly<Record<string, readonly [number, RegExp]>> = {
    LoadBalancer: [32, /^[A-Za-z0-9-]+$/],
    TargetGroup: [32, /^[A-Za-z0-9-]+$/],
    Schedule: [64, /^[\w.-]+$/],
    StateMachine: [80, /^[\w-]+$/],
    LaunchTemplate: [128, /^[\w()./-]+$/],
    Document: [128, /^[\w.-]{3,}$/],
    CapacityProvider: [255, /^[\w-]+$/],
    Role: [64, /^[\w+=,.@-]+$/],
    RolePolicy: [128, /^[\w+=,.@-]+$/],
    InstanceProfile: [128, /^[\w+=,.@-]+$/],
    Bucket: [63, /^[a-z0-9][a-z0-9.-]+[a-z0-9]$/],
    Table: [255, /^[\w.-]{3,}$/],
    Repository: [256, /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/],
    Secret: [512, /^[\w/+=.@-]+$/],
    LogGroup: [512, /^[\w/.#-]+$/],
    FirehoseDeliveryStream: [64, /^[\w.-]+$/],
    Alias: [256, /^alias\/[\w/-]+$/],
};
