import * as pulumi from "@pulumi/pulumi";
import * as ecs from "@pulumi/aws/ecs";
import * as servicediscovery from "@pulumi/aws/servicediscovery";
import { Log } from "../../components/log";
import type { Network } from "../../components/network";
import type { Site } from "../../components/site";
import { accountOf } from "./account";
import { Gathered } from "../declared";
import { type Encryption, encryptionKey } from "./encryption";
import type { Statement } from "./grants";
import { shortName } from "./names";
import { nativeOf } from "./network";
import { ofNetwork, stackComponent, stackPart } from "./stack-part";
import { tags } from "./tags";

/** Cluster is where a stack's containers and jobs run. */
export interface Cluster {
    readonly cluster: ecs.Cluster;
    /** Machines that containers run on: see pool.ts. */
    readonly pools: Gathered<ecs.CapacityProvider>;
    /** What a service on such machines waits for. */
    readonly capacity: ecs.ClusterCapacityProviders;
    /** What a task's role needs, for `exec` into it. */
    readonly exec: readonly Statement[];
}

/**
 * The stack's ECS cluster. It costs nothing but its metrics: at `prod`, those of each task and container too (Container
 * Insights, 0.07 US dollars a month for each of them, 10 for a small app). Below, ECS's own, which are free, are enough for
 * all alarms and gauges of ours.
 */
export function clusterOf(site: Site): Cluster {
    return stackPart(site, "cluster", (own) => {
        const log = stackComponent(
            site,
            "clusterExec",
            (_, args, { cloud }) => new Log(`${own.name}-exec`, args, { ...own.parent, cloud }),
        );
        const encryption = encryptionKey(site, undefined);
        const cluster = own.make(
            "cluster",
            ecs.Cluster,
            {
                settings: [
                    { name: "containerInsights", value: site.settings.profile === "prod" ? "enhanced" : "disabled" },
                ],
                configuration: {
                    executeCommandConfiguration: {
                        kmsKeyId: encryption.arn,
                        logging: "OVERRIDE",
                        logConfiguration: { cloudWatchEncryptionEnabled: true, cloudWatchLogGroupName: log.id },
                    },
                },
                tags: tags(own),
            },
            { main: true },
        );
        const pools = new Gathered<ecs.CapacityProvider>();
        const capacity = own.make("capacity", ecs.ClusterCapacityProviders, {
            clusterName: cluster.name,
            capacityProviders: pulumi.output(
                pools.all.then((all) => ["FARGATE", "FARGATE_SPOT", ...all.map(({ name }) => name)]),
            ),
            defaultCapacityProviderStrategies: [{ capacityProvider: "FARGATE", weight: 1 }],
        });
        return { cluster, pools, capacity, exec: execStatements(own, encryption, log, cluster) };
    });
}

/** The names by which a stack's containers find each other: in the VPC's DNS, and by Service Connect. */
export function namesOf(site: Site, network: Network): servicediscovery.PrivateDnsNamespace {
    const make = (own: Site) =>
        own.make(
            "namespace",
            servicediscovery.PrivateDnsNamespace,
            {
                name: `${shortName(own.name, 30)}.internal`,
                description: `${pulumi.getProject()}/${pulumi.getStack()}`,
                vpc: nativeOf(network).vpc,
                tags: tags(own),
            },
            { main: true },
        );
    return stackPart(site, "names", make, ofNetwork(network));
}

/**
 * The channel by which `exec` speaks has no resource of its own: the account's region is the narrowest there is. The log
 * group is looked for by the beginning of its name, which asks for all groups there.
 *
 * The key opens sessions of this cluster and nothing else. The task's agent asks KMS by itself, so `kms:ViaService` names
 * nobody; but it says what it opens, as does who opens the session: `aws:ssm:SessionId`, and in `aws:ssm:TargetId` the
 * cluster, the task and the container (`agent/session/crypto` of aws/amazon-ssm-agent, and its issue 275).
 */
function execStatements(site: Site, encryption: Encryption, log: Log, cluster: ecs.Cluster): Statement[] {
    const { id, partition, region } = accountOf(site);
    const here = { StringEquals: { "aws:RequestedRegion": region } };
    const group = (log.nodes.aws as { group: { arn: pulumi.Output<string> } }).group.arn;
    const ofSession = {
        Null: { "kms:EncryptionContext:aws:ssm:SessionId": "false" },
        StringLike: { "kms:EncryptionContext:aws:ssm:TargetId": pulumi.interpolate`*${cluster.name}_*` },
    };
    return [
        {
            actions: [
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
            ],
            on: ["*"],
            when: here,
        },
        {
            actions: ["logs:DescribeLogGroups"],
            on: [pulumi.interpolate`arn:${partition}:logs:${region}:${id}:log-group:*`],
        },
        {
            actions: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            on: [pulumi.interpolate`${group}:*`],
        },
        { actions: ["kms:Decrypt"], on: [encryption.arn], when: ofSession },
    ];
}
