import { expect } from "chai";
import { Blob, Container, Secret, VM } from "../../components";
import { instanceType } from "../../providers/aws/instance-type";
import { value } from "../support/mocks";
import { account, arn } from "./lens";
import { onAws, statements } from "./program";

const image = `ghcr.io/acme/web@sha256:${"a".repeat(64)}`;

describe("VM on AWS", () => {
    const booted = (inputs: Record<string, unknown>) => Buffer.from(inputs.userData as string, "base64").toString();
    const files = (text: string) =>
        Object.fromEntries(
            [...text.matchAll(/^echo (\S+) \| base64 -d > (\S+)$/gm)].map(([, content, path]) => [
                path,
                Buffer.from(content, "base64").toString(),
            ]),
        );

    it("is a group of machines without keys, open metadata or plain disks, changed one by one", async () => {
        const { inputs } = await onAws(
            () => void new VM("worker", { scale: { min: 1, max: 3, cpu: 70 }, cpu: 2, memory: 4096, disk: 40 }),
        );
        const template = inputs("LaunchTemplate", "worker-template");
        expect(template).to.deep.include({
            imageId: "ami-0123456789",
            instanceType: "t3.medium",
            metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
            monitoring: { enabled: true },
            ebsOptimized: "true",
            blockDeviceMappings: [
                {
                    deviceName: "/dev/xvda",
                    ebs: { encrypted: "true", volumeType: "gp3", volumeSize: 40, deleteOnTermination: "true" },
                },
            ],
        });
        expect(template).to.not.have.any.keys("keyName");
        expect(inputs("Group", "worker")).to.deep.include({
            minSize: 1,
            maxSize: 3,
            healthCheckType: "EC2",
            launchTemplate: { id: "worker-template", version: "3" },
            instanceMaintenancePolicy: { minHealthyPercentage: 100, maxHealthyPercentage: 200 },
            instanceRefresh: {
                strategy: "Rolling",
                preferences: {
                    minHealthyPercentage: 100,
                    maxHealthyPercentage: 200,
                    instanceWarmup: "120",
                    autoRollback: true,
                    skipMatching: true,
                },
            },
        });
        expect(inputs("Policy", "worker-scalingPolicy").targetTrackingConfiguration).to.deep.equal({
            predefinedMetricSpecification: { predefinedMetricType: "ASGAverageCPUUtilization" },
            targetValue: 70,
        });
    });

    it("is reached by Systems Manager, and reads no parameter of the account", async () => {
        const { inputs } = await onAws(() => void new VM("worker"));
        const may = statements(inputs("RolePolicy", "worker-rolePolicy").policy);
        const on = (action: string) => may.find(({ Action }) => Action.includes(action))?.Resource;
        const instances = arn("ec2", "instance/*");
        expect(on("ssm:UpdateInstanceInformation")).to.deep.equal([instances]);
        expect(on("ssm:UpdateInstanceAssociationStatus")).to.include(instances);
        expect(on("ssm:GetDocument")).to.deep.equal(["arn:aws:ssm:eu-central-1:*:document/*"]);
        const open = may.find(({ Action }) => Action.includes("ssmmessages:OpenDataChannel"));
        expect(open).to.deep.include({
            Resource: ["*"],
            Condition: { StringEquals: { "aws:RequestedRegion": "eu-central-1" } },
        });
        expect(may.flatMap(({ Action }) => Action).filter((action) => /Parameter/.test(action))).to.deep.equal([]);
    });

    it("starts its command with what its links give, and fetches secrets by its own role", async () => {
        const { inputs } = await onAws(() => {
            const secret = new Secret("token", { value: "planted-value" });
            new VM("worker", {
                start: "node 'my server.js'",
                userData: "#cloud-config\npackages: [nodejs]",
                uses: [secret, secret.as("OTHER"), new Blob("uploads")],
            });
        });
        const text = booted(inputs("LaunchTemplate", "worker-template"));
        expect(text).to.match(/text\/cloud-config[\s\S]*text\/x-shellscript/);
        expect(text).to.include("systemctl start --no-block app");
        const made = files(text);
        const start = made["/usr/local/lib/app/start"];
        expect(start).to.include("export UPLOADS_BUCKET='uploads'");
        expect(start).to.include(
            `TOKEN="$(secret '${arn("secretsmanager", "secret:token-AbCdEf")}' '' 'v1')"; export TOKEN`,
        );
        expect(start).to.include(`exec /bin/sh -c 'node '\\''my server.js'\\'''`);
        expect(made["/etc/systemd/system/app.service"]).to.include("User=app").and.include("NoNewPrivileges=yes");
        expect(text + Object.values(made).join("")).to.not.include("planted-value");
        const may = statements(inputs("RolePolicy", "worker-rolePolicy").policy);
        expect(may.find(({ Action }) => Action.includes("secretsmanager:GetSecretValue"))).to.deep.include({
            Resource: [arn("secretsmanager", "secret:token-AbCdEf")],
        });
    });

    it("has one address within the network, which only what uses it reaches", async () => {
        const { inputs, result } = await onAws(() => {
            const search = new VM("search", {
                start: "serve",
                ports: { http: { port: 9200 }, raw: { port: 9300, protocol: "tcp" } },
                health: { path: "/ready", startup: 200, interval: 30 },
            });
            new Container("web", { image, uses: [search] });
            return search;
        });
        expect(await value(result.addresses)).to.deep.equal([
            "search-front.eu-central-1.elb.amazonaws.com:9200",
            "search-front.eu-central-1.elb.amazonaws.com:9300",
        ]);
        expect(inputs("LoadBalancer", "search-front")).to.include({
            loadBalancerType: "network",
            internal: true,
            enableDeletionProtection: false, // at dev
        });
        expect(inputs("TargetGroup", "search-target-raw")).to.include({
            protocol: "TCP",
            port: 9300,
            targetType: "instance",
        });
        expect((inputs("TargetGroup", "search-target-http") as { healthCheck: object }).healthCheck).to.include({
            path: "/ready",
            protocol: "HTTP",
            interval: 30,
        });
        expect(inputs("Group", "search")).to.include({ healthCheckType: "ELB", healthCheckGracePeriod: 200 });
        expect(inputs("SecurityGroupIngressRule", "search-connectIn-search-9200")).to.include({
            securityGroupId: "search-group",
            referencedSecurityGroupId: "search-frontGroup",
        });
        expect(inputs("SecurityGroupIngressRule", "web-connectIn-search-9200")).to.include({
            securityGroupId: "search-frontGroup",
            referencedSecurityGroupId: "web-group",
        });
        const [main] = JSON.parse(inputs("TaskDefinition", "web-definition").containerDefinitions as string) as {
            environment: object[];
        }[];
        expect(main.environment).to.deep.include.members([
            { name: "SEARCH_URL", value: "http://search-front.eu-central-1.elb.amazonaws.com:9200" },
            { name: "SEARCH_RAW_URL", value: "tcp://search-front.eu-central-1.elb.amazonaws.com:9300" },
        ]);
    });

    it("keeps its address at prod when it is deleted by mistake", async () => {
        const { inputs } = await onAws(
            () => void new VM("search", { start: "serve", ports: { http: { port: 9200 } } }),
            {
                "mvi:profile": "prod",
            },
        );
        expect(inputs("LoadBalancer", "search-front")).to.include({ enableDeletionProtection: true });
    });

    it("has itself replaced when its own command fails, and may do that to its own group only", async () => {
        const { inputs } = await onAws(
            () =>
                void new VM("worker", { start: "serve", health: { command: ["test", "-f", "/tmp/a b"], failures: 4 } }),
        );
        const health = files(booted(inputs("LaunchTemplate", "worker-template")))["/usr/local/lib/app/health"];
        expect(health).to.include("timeout 5 'test' '-f' '/tmp/a b'").and.include('[ "$failed" -ge 4 ]');
        const [may] = statements(inputs("RolePolicy", "worker-rolePolicy").policy);
        const name = inputs("Group", "worker").name as string;
        expect(may).to.deep.include({
            Action: ["autoscaling:SetInstanceHealth"],
            Resource: [`arn:aws:autoscaling:eu-central-1:${account}:autoScalingGroup:*:autoScalingGroupName/${name}`],
        });
    });

    it("is the cheapest machine that has what was asked for", () => {
        for (const [cpu, memory, processor, wanted] of [
            [1, 1024, "x86_64", "t3.micro"],
            [1, 2048, "arm64", "t4g.small"],
            [2, 8192, "x86_64", "t3.large"],
            [4, 8192, "x86_64", "t3.xlarge"],
            [8, 16384, "x86_64", "t3.2xlarge"],
            [16, 32768, "arm64", "c6g.4xlarge"],
            [2, 65536, "x86_64", "r6i.2xlarge"],
            [64, 524288, "x86_64", "r6i.16xlarge"],
        ] as const)
            expect(instanceType(cpu, memory, processor), wanted).to.equal(wanted);
    });
});
