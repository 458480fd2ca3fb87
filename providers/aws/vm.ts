import * as pulumi from "@pulumi/pulumi";
import * as autoscaling from "@pulumi/aws/autoscaling";
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as ssm from "@pulumi/aws/ssm";
import type { DriverOf } from "../../components/cloud";
import type { Site } from "../../components/site";
import { urlNames } from "../../components/ports";
import type { VMSpec } from "../../components/vm";
import { linked } from "../../components/workload";
import { accountOf } from "./account";
import { portVariables } from "./container-definitions";
import { Gathered } from "../declared";
import { gauges } from "./gauges";
import { permitsOf } from "./grants";
import { instanceType } from "./instance-type";
import { shortName } from "./names";
import { nativeOf } from "./network";
import { type AwsMachines, keepMachines } from "./pool";
import { role } from "./role";
import { connections, securityGroup, wayOut } from "./security-group";
import { systemsManager } from "./systems-manager";
import { tags } from "./tags";
import { userData } from "./vm-boot";
import { front } from "./vm-front";

/**
 * An Auto Scaling group of equal machines: reached by Systems Manager and not by SSH, with an encrypted disk, without an
 * address on the internet where the network has another way out. A change replaces them one by one, new ones first, and is
 * taken back when they do not become healthy.
 */
export const vm: DriverOf<"vm"> = (site, spec) => {
    const { scale, cpu, memory, disk, health, uses, network, ports } = spec;
    const account = accountOf(site);
    const native = nativeOf(network);
    const grant = linked(uses);
    const permits = permitsOf(grant.permits);
    const name = shortName(site.name, 64);
    const may = health?.command
        ? [
              {
                  actions: ["autoscaling:SetInstanceHealth"],
                  on: [
                      pulumi.interpolate`arn:${account.partition}:autoscaling:${account.region}:${account.id}:autoScalingGroup:*:autoScalingGroupName/${name}`,
                  ],
              },
          ]
        : [];
    const { role: own, policies } = role(site, "role", {
        service: "ec2.amazonaws.com",
        description: `What runs on ${site.name}`,
        // A machine reads its secrets by itself.
        may: [...permits.role, ...permits.start, ...may, ...systemsManager(site)],
    });
    const profile = site.make("profile", iam.InstanceProfile, { role: own.name, tags: tags(site) });
    const group = securityGroup(site, "group", network, `What runs on ${site.name}`);
    connections(site, group, permits.connect);
    wayOut(site, group, network);
    native.reach([...permits.apis, "ssm", "ssmmessages", ...(may.length ? ["autoscaling"] : [])]);

    const serves: AwsMachines["serves"] = new Gathered();
    const cluster = pulumi.output(serves.all.then(([one]) => one?.cluster.cluster.name));
    const { image, processor, rootDevice } = imageOf(site, spec, serves);
    const template = site.make("template", ec2.LaunchTemplate, {
        imageId: image,
        instanceType: processor.apply((known) => instanceType(cpu, memory, known)),
        iamInstanceProfile: { arn: profile.arn },
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        monitoring: { enabled: true },
        ebsOptimized: "true",
        blockDeviceMappings: [
            {
                deviceName: rootDevice,
                // By EC2's own key: with another one, the account's Auto Scaling would have to be let in first.
                ebs: { encrypted: "true", volumeType: "gp3", volumeSize: disk, deleteOnTermination: "true" },
            },
        ],
        networkInterfaces: [
            {
                deviceIndex: 0,
                securityGroups: [group.id],
                associatePublicIpAddress: native.runs.publicAddress.apply(String),
                deleteOnTermination: "true",
            },
        ],
        userData: userData({
            ...spec,
            env: portVariables(ports),
            grant,
            region: account.region,
            cluster,
        }),
        tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
            resourceType,
            tags: tags(site, { Name: site.name }),
        })),
        updateDefaultVersion: true,
        tags: tags(site),
    });
    const entry = Object.keys(ports).length ? front(site, spec, group) : undefined;
    const startup = health?.startup ?? 120;
    const after: Promise<pulumi.Resource[]> = serves.all.then((all) => [
        ...policies,
        ...(entry?.after ?? []),
        ...all.map((one) => one.after),
    ]);
    const machines = site.make(
        "machines",
        autoscaling.Group,
        {
            name,
            minSize: scale.min,
            maxSize: scale.max,
            vpcZoneIdentifiers: native.runs.subnets,
            launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
            targetGroupArns: entry?.targets.map(({ arn }) => arn) ?? [],
            healthCheckType: entry ? "ELB" : "EC2",
            healthCheckGracePeriod: startup,
            defaultInstanceWarmup: startup,
            instanceMaintenancePolicy: { minHealthyPercentage: 100, maxHealthyPercentage: 200 },
            instanceRefresh: {
                strategy: "Rolling",
                preferences: {
                    minHealthyPercentage: 100,
                    maxHealthyPercentage: 200,
                    instanceWarmup: String(startup),
                    autoRollback: true,
                    skipMatching: true,
                },
            },
            // None is older than its system's updates.
            maxInstanceLifetime: 30 * 86400,
            waitForCapacityTimeout: "15m",
            tags: serves.all.then(([one]) =>
                Object.entries({
                    ...tags(site, { Name: site.name }),
                    ...(one ? { AmazonECSManaged: "true" } : {}),
                }).map(([key, value]) => ({ key, value, propagateAtLaunch: true })),
            ),
        },
        {
            main: true,
            dependsOn: after,
            ignoreChanges: ["desiredCapacity"],
        },
    );
    keepMachines(site.component, { site, machines, role: own, network, serves });
    if (scale.min < scale.max) {
        site.make("scalingPolicy", autoscaling.Policy, {
            autoscalingGroupName: machines.name,
            policyType: "TargetTrackingScaling",
            targetTrackingConfiguration: {
                predefinedMetricSpecification: { predefinedMetricType: "ASGAverageCPUUtilization" },
                targetValue: scale.cpu,
            },
        });
    }
    const names = Object.keys(ports);
    const urls = names.map((port) => {
        const scheme = ports[port].protocol === "http" ? "http" : "tcp";
        return pulumi.interpolate`${scheme}://${entry!.host}:${ports[port].port}`;
    });
    const dimensions = { AutoScalingGroupName: machines.name };
    return {
        url: urls[0] ?? pulumi.output(undefined),
        addresses: pulumi.all(names.map((port) => pulumi.interpolate`${entry!.host}:${ports[port].port}`)),
        grant: () => ({
            env: { URL: "", ...Object.fromEntries(urlNames(ports).map((variable, index) => [variable, urls[index]])) },
            secrets: {},
            permits: [
                {
                    connect: names.map((port) => ({
                        to: site.name,
                        group: entry!.group.id,
                        port: ports[port].port,
                    })),
                },
            ],
        }),
        gauges: {
            cpu: { ...gauges("AWS/EC2", { cpu: "CPUUtilization" }, dimensions).cpu, factor: 0.01 },
            ...(entry
                ? gauges(
                      "AWS/NetworkELB",
                      { healthy: "HealthyHostCount" },
                      { LoadBalancer: entry.balancer.arnSuffix, TargetGroup: entry.targets[0].arnSuffix },
                  )
                : {}),
        },
    };
};

/** The image that was given, with its processor; else AWS's own Linux, for containers the one that has ECS. */
function imageOf(site: Site, { image }: VMSpec, serves: AwsMachines["serves"]) {
    if (image !== undefined) {
        const provider = site.component.getProvider("aws:ec2/getAmi:getAmi");
        const found = ec2.getAmiOutput({ filters: [{ name: "image-id", values: [image] }] }, { provider });
        return {
            image: pulumi.output(image),
            processor: found.architecture.apply((one) => (one === "arm64" ? "arm64" : "x86_64")),
            rootDevice: found.rootDeviceName,
        };
    }
    const provider = site.component.getProvider("aws:ssm/getParameter:getParameter");
    const name = serves.all.then((all) => (all.length ? published.containers : published.plain));
    return {
        image: ssm.getParameterOutput({ name }, { provider }).value,
        processor: pulumi.output("x86_64" as const),
        rootDevice: pulumi.output("/dev/xvda"),
    };
}

/** Where AWS publishes the current image. */
const published = {
    plain: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
    containers: "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
};
