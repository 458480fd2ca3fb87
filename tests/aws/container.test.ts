import { expect } from "chai";
import { Blob, Container, Image, Metric, Network, Secret, VM } from "../../components";
import { onAws, statements } from "./program";
import { account, arn, region } from "./lens";

const image = `ghcr.io/acme/web@sha256:${"a".repeat(64)}`;

interface Defined {
    name: string;
    [key: string]: unknown;
}

const containers = (inputs: Record<string, unknown>) => JSON.parse(inputs.containerDefinitions as string) as Defined[];
const one = (found: Record<string, unknown>) => found;

describe("Container on AWS", () => {
    it("is a task of Fargate that writes nowhere but to /tmp, with two roles that say what they may do", async () => {
        const { inputs } = await onAws(() => {
            const secret = new Secret("token", { generate: {} });
            new Container("web", {
                image,
                command: ["serve"],
                port: 3000,
                env: { COLOUR: "blue" },
                uses: [new Blob("uploads").readOnly(), secret],
                cpu: 1,
                memory: 3072,
                stopGrace: 45,
                health: { command: ["true"], interval: 20, timeout: 1, failures: 4, startup: 200 },
            });
        });
        const definition = inputs("TaskDefinition", "web-definition");
        expect(one(definition)).to.deep.include({
            family: "project-stack-web",
            networkMode: "awsvpc",
            requiresCompatibilities: ["FARGATE"],
            cpu: "1024",
            memory: "3072",
            runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" },
            taskRoleArn: `arn:aws:iam::${account}:role/web-taskRole`,
            executionRoleArn: `arn:aws:iam::${account}:role/web-startRole`,
            volumes: [],
        });
        const [main, ...others] = containers(definition);
        expect(others).to.deep.equal([]);
        expect(main).to.deep.include({
            name: "main",
            image,
            command: ["serve"],
            essential: true,
            readonlyRootFilesystem: true,
            privileged: false,
            stopTimeout: 45,
            mountPoints: [],
            secrets: [{ name: "TOKEN", valueFrom: `${arn("secretsmanager", "secret:token-AbCdEf")}:::v1` }],
            portMappings: [{ name: "http", containerPort: 3000, hostPort: 3000, protocol: "tcp", appProtocol: "http" }],
            healthCheck: { command: ["CMD", "true"], interval: 20, timeout: 2, retries: 4, startPeriod: 200 },
            linuxParameters: {
                initProcessEnabled: true,
                tmpfs: [{ containerPath: "/tmp", size: 384, mountOptions: ["nosuid", "nodev"] }],
            },
            logConfiguration: {
                logDriver: "awslogs",
                options: {
                    "awslogs-group": "web-log",
                    "awslogs-region": region,
                    "awslogs-stream-prefix": "web",
                    mode: "non-blocking",
                    "max-buffer-size": "25m",
                },
            },
        });
        expect(main.environment).to.deep.include.members([
            { name: "PORT", value: "3000" },
            { name: "HTTP_PORT", value: "3000" },
            { name: "COLOUR", value: "blue" },
            { name: "UPLOADS_BUCKET", value: "uploads" },
        ]);

        const may = (name: string) => statements(inputs("RolePolicy", name).policy);
        const actions = (name: string) => may(name).flatMap(({ Action }) => Action);
        expect(actions("web-taskRolePolicy")).to.include("s3:GetObject").and.not.include("s3:PutObject");
        expect(actions("web-taskRolePolicy")).to.not.include("secretsmanager:GetSecretValue");
        expect(actions("web-startRolePolicy")).to.have.members([
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "secretsmanager:GetSecretValue",
            "kms:Decrypt",
        ]);
        for (const { Resource, Condition } of [...may("web-taskRolePolicy"), ...may("web-startRolePolicy")] as {
            Resource: unknown;
            Condition?: unknown;
        }[])
            expect(Condition !== undefined || !JSON.stringify(Resource).includes('"*"')).to.equal(true);
    });

    it("is a service that is taken back when a new version does not become healthy", async () => {
        const { inputs, names } = await onAws(() => void new Container("worker", { image, stopGrace: 10 }));
        expect(one(inputs("Service", "worker"))).to.deep.include({
            desiredCount: 1,
            capacityProviderStrategies: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }],
            platformVersion: "LATEST",
            deploymentCircuitBreaker: { enable: true, rollback: true },
            deploymentMinimumHealthyPercent: 100,
            deploymentMaximumPercent: 200,
            availabilityZoneRebalancing: "ENABLED",
            waitForSteadyState: true,
            sigintRollback: true,
            enableExecuteCommand: false,
            propagateTags: "SERVICE",
            loadBalancers: [],
            taskDefinition: arn("ecs", "task-definition/worker-definition:1"),
        });
        expect(inputs("Service", "worker")).to.not.have.property("serviceConnectConfiguration");
        for (const type of ["LoadBalancer", "Distribution", "PrivateDnsNamespace", "Target"])
            expect(names(type), type).to.deep.equal([]);
        expect(inputs("Cluster", "stack-cluster").settings).to.deep.equal([
            { name: "containerInsights", value: "disabled" },
        ]);
    });

    it("runs on what nobody takes away from small on, and is seen task by task at prod", async () => {
        for (const [profile, insights] of [
            ["small", "disabled"],
            ["prod", "enhanced"],
        ]) {
            const { inputs } = await onAws(() => void new Container("worker", { image }), { "mvi:profile": profile });
            expect(inputs("Service", "worker")).to.deep.include({
                capacityProviderStrategies: [{ capacityProvider: "FARGATE", weight: 1 }],
            });
            expect(inputs("Service", "worker")).to.not.have.property("launchType");
            expect(inputs("Cluster", "stack-cluster").settings).to.deep.equal([
                { name: "containerInsights", value: insights },
            ]);
        }
    });

    it("counts its running tasks by what each says once a minute, whatever the alarm's period", async () => {
        const { inputs } = await onAws(() => {
            const web = new Container("web", { image });
            const few = { below: 2, period: 300, email: "ops@example.com" };
            new Metric("replicas", { of: web.gauge("healthy"), alarms: { few } });
        });
        const [value, tasks] = inputs("MetricAlarm", "replicas-alarm-few").metricQueries as [
            { expression: string },
            { metric: object },
        ];
        expect(value.expression).to.equal("m1/(PERIOD(m1)/60)");
        expect(tasks.metric).to.deep.equal({
            namespace: "AWS/ECS",
            metricName: "CPUUtilization",
            dimensions: { ClusterName: "stack-cluster", ServiceName: "web" },
            period: 300,
            stat: "SampleCount",
        });
    });

    it("fails the deployment when ECS has gone back to the version before", async () => {
        const old = arn("ecs", "task-definition/web-definition:0");
        const back = onAws(
            () => void new Container("web", { image, port: 3000 }),
            {},
            (question) => (question === "getService" ? { taskDefinition: old } : {}),
        );
        const error = await back.then(
            () => undefined,
            (reason: unknown) => String(reason),
        );
        expect(error).to.match(
            /Container web: the new version .*:1\) did not become healthy: ECS has gone back to .*:0/,
        );
    });

    it("starts old ones no more beside new ones, where one may not run twice", async () => {
        const { inputs } = await onAws(
            () => void new Container("one", { image, rollout: { strategy: "recreate", timeout: 60 } }),
        );
        expect(one(inputs("Service", "one"))).to.deep.include({
            deploymentMinimumHealthyPercent: 0,
            deploymentMaximumPercent: 100,
            availabilityZoneRebalancing: "DISABLED",
        });
    });

    it("is public over HTTPS only, behind one load balancer without an address on the internet", async () => {
        const { inputs, names, all } = await onAws(() => [
            new Container("web", { image, port: 3000, public: true, health: "/healthz" }),
            new Container("admin", { image, port: 4000, public: true, domain: "admin.example.com" }),
        ]);
        expect(names("LoadBalancer")).to.deep.equal(["stack-balancer"]);
        expect(one(inputs("LoadBalancer", "stack-balancer"))).to.deep.include({
            internal: true,
            dropInvalidHeaderFields: true,
            desyncMitigationMode: "strictest",
            accessLogs: { bucket: "stack-access-logs", enabled: true, prefix: "alb/stack-balancer" },
        });
        const rules = all.filter(({ type }) => type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
        for (const { inputs: rule } of rules) expect(rule).to.not.have.any.keys("cidrIpv4", "cidrIpv6");
        expect(inputs("SecurityGroupIngressRule", "stack-balancer-fromEdge")).to.include({
            prefixListId: "pl-cloudfront",
            fromPort: 80,
        });
        const edge = inputs("Distribution", "web-edge") as Record<string, never>;
        expect(edge.defaultCacheBehavior).to.include({
            viewerProtocolPolicy: "redirect-to-https",
            cachePolicyId: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
            originRequestPolicyId: "216adef6-5c7f-47e4-b989-5492eafa07d3",
        });
        expect(edge.viewerCertificate).to.deep.equal({ cloudfrontDefaultCertificate: true });
        expect((edge.origins as Record<string, unknown>[])[0]).to.deep.include({
            customHeaders: [{ name: "x-mvi-entry", value: "web" }],
        });
        expect(inputs("Distribution", "admin-edge")).to.deep.include({
            aliases: ["admin.example.com"],
            viewerCertificate: {
                acmCertificateArn: arn("acm", "certificate/admin-certificate"),
                sslSupportMethod: "sni-only",
                minimumProtocolVersion: "TLSv1.2_2021",
            },
        });
        expect(inputs("Certificate", "admin-certificate")).to.include({ region: "us-east-1", validationMethod: "DNS" });
        expect(names("Record")).to.have.members([
            "admin-proof-admin.example.com",
            "admin-record-admin.example.com-a",
            "admin-record-admin.example.com-aaaa",
        ]);
        const [first, second] = ["web", "admin"].map((name) => inputs("ListenerRule", `${name}-rule`));
        expect(first.conditions).to.deep.equal([{ httpHeader: { httpHeaderName: "x-mvi-entry", values: ["web"] } }]);
        expect(first.priority).to.be.a("number").and.not.equal(second.priority);
        expect((inputs("TargetGroup", "web-target") as { healthCheck: object }).healthCheck).to.include({
            path: "/healthz",
            matcher: "200-399",
            protocol: "HTTP",
        });
        expect(inputs("Service", "web")).to.deep.include({
            healthCheckGracePeriodSeconds: 120,
            loadBalancers: [
                {
                    targetGroupArn: arn("elasticloadbalancing", "targetgroup/web-target"),
                    containerName: "main",
                    containerPort: 3000,
                },
            ],
        });
    });

    it("is found by others by one name, over Service Connect and DNS, and by nobody else", async () => {
        const { inputs, names } = await onAws(() => {
            const api = new Container("api", {
                image,
                ports: { http: { port: 8080 }, raw: { port: 9000, protocol: "tcp" } },
            });
            new Container("web", { image, port: 3000, uses: [api], public: true });
            new Container("other", { image });
        });
        const { name } = inputs("PrivateDnsNamespace", "stack-names") as { name: string };
        expect(name).to.match(/^stack-names-[0-9a-f]{7}\.internal$/);
        const [main] = containers(inputs("TaskDefinition", "web-definition"));
        expect(main.environment).to.deep.include.members([
            { name: "API_URL", value: `http://api.${name}:8080` },
            { name: "API_RAW_URL", value: `tcp://api.${name}:9000` },
        ]);
        const connect = (service: string) =>
            inputs("Service", service).serviceConnectConfiguration as {
                enabled: boolean;
                services: { portName: string; clientAlias: object[] }[];
            };
        expect(connect("api").services.map(({ portName, clientAlias }) => [portName, clientAlias])).to.deep.equal([
            ["http", [{ port: 8080, dnsName: `api.${name}` }]],
            ["raw", [{ port: 9000, dnsName: `api.${name}` }]],
        ]);
        expect(connect("web")).to.deep.include({ enabled: true, services: [] });
        expect(connect("other")).to.equal(undefined);
        expect(names("SecurityGroupIngressRule").filter((rule) => rule.startsWith("other"))).to.deep.equal([]);
        expect(inputs("SecurityGroupIngressRule", "web-connectIn-api-8080")).to.include({
            securityGroupId: "api-group",
            referencedSecurityGroupId: "web-group",
            fromPort: 8080,
            toPort: 8080,
        });
    });

    it("scales by CPU and by requests, and leaves the number to AWS", async () => {
        const { inputs } = await onAws(
            () =>
                void new Container("web", {
                    image,
                    port: 3000,
                    public: true,
                    scale: { min: 2, max: 6, cpu: 50, requests: 100 },
                }),
        );
        expect(inputs("Target", "web-scaling")).to.include({ minCapacity: 2, maxCapacity: 6 });
        const aim = (name: string) =>
            inputs("Policy", name).targetTrackingScalingPolicyConfiguration as Record<string, unknown>;
        expect(aim("web-scalingPolicy-cpu")).to.deep.include({
            targetValue: 50,
            predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
        });
        expect(aim("web-scalingPolicy-requests-web-target")).to.deep.include({
            targetValue: 6000,
            predefinedMetricSpecification: {
                predefinedMetricType: "ALBRequestCountPerTarget",
                resourceLabel: "lb/stack-balancer/targetgroup/web-target",
            },
        });
    });

    it("has sidecars in its task, and secrets as files by a container that goes first", async () => {
        const { inputs } = await onAws(
            () =>
                void new Container("web", {
                    image,
                    port: 3000,
                    sidecars: { proxy: { image, cpu: 0.5, memory: 1024 } },
                    uses: [new Secret("token", { generate: {} }).asFile()],
                }),
        );
        const definition = inputs("TaskDefinition", "web-definition");
        expect(definition).to.deep.include({ cpu: "1024", memory: "2048", volumes: [{ name: "secrets" }] });
        const all = containers(definition);
        expect(all.map(({ name }) => name)).to.deep.equal(["main", "main-secrets", "beside-proxy"]);
        const [main, writer, proxy] = all;
        expect(main.environment).to.deep.include({ name: "TOKEN_FILE", value: "/run/secrets/main-token_file" });
        expect(main.secrets).to.deep.equal([]);
        expect(main.dependsOn).to.deep.equal([
            { containerName: "main-secrets", condition: "SUCCESS" },
            { containerName: "beside-proxy", condition: "START" },
        ]);
        expect(main).to.deep.include({ cpu: 256, memory: 512 });
        expect(writer).to.include({ essential: false });
        expect(proxy.mountPoints).to.deep.equal([]);
    });

    it("can be looked into only when that was asked for", async () => {
        const { inputs, names } = await onAws(() => [
            new Container("open", { image, exec: true }),
            new Container("shut", { image }),
        ]);
        expect(inputs("Service", "open").enableExecuteCommand).to.equal(true);
        const actions = statements(inputs("RolePolicy", "open-taskRolePolicy").policy).flatMap(({ Action }) => Action);
        expect(actions).to.include("ssmmessages:OpenDataChannel");
        expect(names("RolePolicy")).to.not.include("shut-taskRolePolicy");
        expect(inputs("Service", "shut").enableExecuteCommand).to.equal(false);
    });

    it("opens with the stack's key what a session in this cluster was encrypted with, and nothing else", async () => {
        const { inputs } = await onAws(() => new Container("open", { image, exec: true }));
        const may = statements(inputs("RolePolicy", "open-taskRolePolicy").policy);
        const allows = (action: string) => may.filter(({ Action }) => [Action].flat().includes(action));
        const decrypt = allows("kms:Decrypt");
        expect(decrypt).to.have.length(1);
        expect(decrypt[0]).to.deep.include({
            Resource: [arn("kms", "key/stack-key-id")],
            Condition: {
                Null: { "kms:EncryptionContext:aws:ssm:SessionId": "false" },
                StringLike: { "kms:EncryptionContext:aws:ssm:TargetId": "*stack-cluster_*" },
            },
        });
        expect(allows("logs:DescribeLogGroups").map(({ Resource }) => Resource)).to.deep.equal([
            [arn("logs", "log-group:*")],
        ]);
        const onAll = may.filter(({ Resource }) => [Resource].flat().includes("*")).flatMap(({ Action }) => Action);
        expect(onAll.filter((action) => !action.startsWith("ssmmessages:"))).to.deep.equal([]);
    });

    it("has in a network without a way out what a session needs: its channel, and the key that it is encrypted with", async () => {
        const { names } = await onAws(() => {
            const network = new Network("net", { egress: "none" });
            const own = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/web@sha256:${"a".repeat(64)}`;
            return new Container("open", { image: own, exec: true, network });
        });
        expect(names("VpcEndpoint")).to.include.members(["net-endpoint-ssmmessages", "net-endpoint-kms"]);
    });

    it("runs on the stack's machines, which then have what it takes", async () => {
        const { inputs } = await onAws(() => {
            const network = new Network("net", { egress: "nat-instance" });
            const machines = new VM("pool", { scale: { min: 1, max: 3 }, network });
            new Container("a", { image, on: machines });
            new Container("b", { image, on: machines });
            new VM("alone");
        });
        expect(inputs("Service", "a")).to.deep.include({
            capacityProviderStrategies: [{ capacityProvider: "pool-pool", weight: 1 }],
        });
        expect(inputs("Service", "a")).to.not.have.any.keys("launchType", "platformVersion");
        expect(inputs("TaskDefinition", "b-definition").requiresCompatibilities).to.deep.equal(["EC2"]);
        expect(inputs("ClusterCapacityProviders", "stack-cluster-capacity").capacityProviders).to.deep.equal([
            "FARGATE",
            "FARGATE_SPOT",
            "pool-pool",
        ]);
        const booted = (name: string) =>
            Buffer.from(inputs("LaunchTemplate", name).userData as string, "base64").toString();
        expect(booted("pool-template")).to.include("echo 'ECS_CLUSTER=stack-cluster' >> /etc/ecs/ecs.config");
        // No container gets at the machine's rights.
        expect(booted("pool-template")).to.include("echo 'ECS_AWSVPC_BLOCK_IMDS=true' >> /etc/ecs/ecs.config");
        expect(booted("alone-template")).to.not.include("ecs.config");
        // What the machine itself does for ECS, it may do in this cluster.
        const may = statements(inputs("RolePolicy", "pool-poolPolicy").policy);
        const own = arn("ecs", "container-instance/stack-cluster/*");
        expect(Object.fromEntries(may.map(({ Action, Resource }) => [[Action].flat().join(), Resource]))).to.deep.equal(
            {
                "ecs:DeregisterContainerInstance,ecs:RegisterContainerInstance,ecs:SubmitAttachmentStateChanges,ecs:SubmitContainerStateChange,ecs:SubmitTaskStateChange":
                    [arn("ecs", "cluster/stack-cluster")],
                "ecs:Poll,ecs:StartTelemetrySession": [own],
                "ecs:ListTagsForResource": [own, arn("ecs", "task/stack-cluster/*")],
                "ecs:DiscoverPollEndpoint": ["*"],
            },
        );
        const tagged = (name: string) => (inputs("Group", name).tags as { key: string }[]).map(({ key }) => key);
        expect(tagged("pool")).to.include("AmazonECSManaged");
        expect(tagged("alone")).to.not.include("AmazonECSManaged");
    });

    it("is on ARM where every image has it, and refuses images that nothing can run together", async () => {
        const { inputs } = await onAws(() => {
            const both = new Image("both", {
                context: __dirname,
                dockerfile: "lens.ts",
                platforms: ["linux/amd64", "linux/arm64"],
            });
            new Container("web", { image: both });
        });
        expect(inputs("TaskDefinition", "web-definition").runtimePlatform).to.include({ cpuArchitecture: "ARM64" });
        const mixed = onAws(() => {
            const arm = new Image("arm", { context: __dirname, dockerfile: "lens.ts", platforms: ["linux/arm64"] });
            new Container("web", { image: arm, sidecars: { other: { image } } });
        });
        expect(await mixed.catch(String)).to.match(/different processors/);
    });

    it("refuses what no request can start, and what nothing counts", async () => {
        for (const [args, wrong] of [
            [{ scale: { min: 0, max: 2 } }, /scale.min/],
            [{ scale: { min: 1, max: 2, requests: 5 } }, /scale.requests/],
            [{ health: { command: ["true"], startup: 600 } }, /health.startup/],
        ] as const)
            expect(
                await onAws(() => void new Container("web", { image, port: 3000, ...(args as object) })).catch(String),
            ).to.match(wrong);
    });
});
