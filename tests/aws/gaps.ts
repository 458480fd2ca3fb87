import * as pulumi from "@pulumi/pulumi";
import {
    bucketPolicies,
    certificates,
    forgets,
    functions,
    icmpRules,
    json,
    logKeys,
    ruleDescriptions,
    scalableTargets,
    services,
    xml,
} from "./answers";
import { associations } from "./associations";
import { cards } from "./cards";
import { cloudFront } from "./cloudfront";
import { databaseIds } from "./database-ids";
import { elastiCache } from "./elasticache";
import type { Mend } from "./gateway";
import { importedKeys } from "./imported-keys";
import { capacityProviders, launchTemplates, machineGroups } from "./machines";
import { clusters, parameters, subnetGroups } from "./rds";

/**
 * Gap is what an old version of the provider (5.100, which the tests can run with) or the emulator (moto 5.2) does not do as
 * AWS does: given otherwise when a program runs there, and held by a test with mocks.
 */
interface Gap {
    readonly type: string;
    readonly argument: string;
    readonly because: string;
    /** @default the argument is left out */
    readonly instead?: (given: unknown) => Readonly<Record<string, unknown>>;
}

export const gaps: readonly Gap[] = [
    {
        type: "aws:kms/key:Key",
        argument: "rotationPeriodInDays",
        because: "moto does not keep it, so that each preview would set it again",
    },
    {
        type: "aws:kms/key:Key",
        argument: "customerMasterKeySpec",
        because: "version 5 of the provider refuses Ed25519",
        instead: (given) => ({
            customerMasterKeySpec: given === "ECC_NIST_EDWARDS25519" ? "ECC_NIST_P256" : given,
        }),
    },
    {
        type: "aws:ec2/instance:Instance",
        argument: "primaryNetworkInterface",
        because: "version 5 of the provider knows it by another name",
        instead: (given) => ({ networkInterfaces: [{ ...(given as object), deviceIndex: 0 }] }),
    },
];

/** What is not made there at all: tests with mocks hold its arguments. */
export const untried: readonly { readonly what: string; readonly because: string }[] = [
    {
        what: "what ElastiCache would refuse of a Valkey",
        because: "moto has no groups there, so that the gateway answers for it, and takes all that it is told",
    },
    {
        what: "that a restored database's secret goes with it, and its daily backups",
        because: "RDS makes and takes away both itself; moto keeps them",
    },
];

/** Gives otherwise what is a gap. Call it at the program's beginning. */
export function leaveOutGaps(): void {
    pulumi.runtime.registerResourceTransform(({ type, props, opts }) => {
        const own = gaps.filter((gap) => gap.type === type);
        if (!own.length) return undefined;
        const given = Object.entries(props as Record<string, unknown>).map(([name, value]) => {
            const gap = own.find(({ argument }) => argument === name);
            return gap ? (gap.instead?.(value) ?? {}) : { [name]: value };
        });
        return { props: Object.assign({}, ...given) as Record<string, unknown>, opts };
    });
}

/** An answer that the emulator has not, or has otherwise than AWS. */
interface Mended {
    readonly service: string;
    readonly actions: readonly string[];
    readonly because: string;
    /** Each emulator gets one of its own. */
    readonly make: () => Mend | { readonly mend: Mend; left(): string[] };
}

export const mended: readonly Mended[] = [
    {
        service: "cloudfront",
        actions: ["all"],
        because: "moto has no VPC origins, and forgets a distribution's",
        make: () => cloudFront(),
    },
    {
        service: "acm",
        actions: ["RequestCertificate"],
        because: "moto lists no certificates when one was asked for without saying whether it may be exported",
        make: () => certificates,
    },
    {
        service: "states",
        actions: ["ValidateStateMachineDefinition"],
        because: "moto has no such action",
        make: () => () => Promise.resolve(json({ result: "OK", diagnostics: [], truncated: false })),
    },
    {
        service: "states",
        actions: ["ListStateMachineVersions"],
        because: "moto has no versions",
        make: () => () => Promise.resolve(json({ stateMachineVersions: [] })),
    },
    {
        service: "ec2",
        actions: ["MonitorInstances", "UnmonitorInstances"],
        because: "moto has no such actions",
        make: () => (asked) => {
            const root = `${asked.action}Response`;
            return Promise.resolve(xml(`<${root} xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"></${root}>`));
        },
    },
    {
        service: "ec2",
        actions: ["DescribeLaunchTemplateVersions"],
        because: "moto counts a launch template's own tags to those of its machines",
        make: launchTemplates,
    },
    {
        service: "ec2",
        actions: ["TerminateInstances", "DescribeNetworkInterfaces", "DetachNetworkInterface", "DeleteNatGateway"],
        because: "moto leaves a machine its card, and keeps a NAT gateway's, when they are no more",
        make: cards,
    },
    {
        service: "ec2",
        actions: [
            "AuthorizeSecurityGroupIngress",
            "AuthorizeSecurityGroupEgress",
            "ModifySecurityGroupRules",
            "DescribeSecurityGroupRules",
        ],
        because: "moto forgets what a rule is for, where it lets in a group",
        make: ruleDescriptions,
    },
    {
        service: "ec2",
        actions: ["CreateNetworkAclEntry", "DescribeNetworkAcls"],
        because: "moto forgets for which messages of ICMP a rule is",
        make: icmpRules,
    },
    {
        service: "autoscaling",
        actions: [
            ...["Create", "Update"].map((verb) => `${verb}AutoScalingGroup`),
            "DescribeAutoScalingGroups",
            "DescribePolicies",
            "StartInstanceRefresh",
            "DescribeInstanceRefreshes",
        ],
        because: "moto forgets how a group's machines are replaced, and replaces none",
        make: machineGroups,
    },
    {
        service: "application-autoscaling",
        actions: ["RegisterScalableTarget", "TagResource", "UntagResource", "ListTagsForResource"],
        because: "moto has no tags here",
        make: scalableTargets,
    },
    {
        service: "ecs",
        actions: ["CreateService", "UpdateService", "DescribeServices"],
        because: "moto forgets some of a service's settings, and never runs what it should",
        make: services,
    },
    {
        service: "ecs",
        actions: ["CreateCapacityProvider", "DeleteCapacityProvider"],
        because: "moto tells of those only that are named",
        make: capacityProviders,
    },
    {
        service: "kms",
        actions: ["GetParametersForImport", "ImportKeyMaterial", "DescribeKey"],
        because: "moto imports no key's material",
        make: importedKeys,
    },
    {
        service: "rds",
        actions: ["ModifyDBSubnetGroup"],
        because: "moto loses the group that is changed",
        make: subnetGroups,
    },
    {
        service: "rds",
        actions: ["DescribeDBParameters"],
        because: "moto has only what somebody has set, and does not say so",
        make: parameters,
    },
    {
        service: "rds",
        actions: [
            ...["Create", "Modify"].map((verb) => `${verb}DBInstance`),
            ...["RestoreDBInstanceFromDBSnapshot", "RestoreDBInstanceToPointInTime", "DescribeDBInstances"],
        ],
        because:
            "moto forgets how a database is watched, has one resource id and no authority for all, and takes what is restored for a replica",
        make: () =>
            databaseIds(
                forgets("DBInstance", "DBInstanceIdentifier", [
                    ["EnablePerformanceInsights", "PerformanceInsightsEnabled"],
                    ["PerformanceInsightsKMSKeyId", "PerformanceInsightsKMSKeyId"],
                    ["PerformanceInsightsRetentionPeriod", "PerformanceInsightsRetentionPeriod"],
                    ["DatabaseInsightsMode", "DatabaseInsightsMode"],
                    ["EngineLifecycleSupport", "EngineLifecycleSupport"],
                    ["MonitoringInterval", "MonitoringInterval"],
                    ["MonitoringRoleArn", "MonitoringRoleArn"],
                ]),
            ),
    },
    {
        service: "rds",
        actions: [
            ...["Create", "Modify"].map((verb) => `${verb}DBCluster`),
            ...["RestoreDBClusterFromSnapshot", "RestoreDBClusterToPointInTime", "DescribeDBClusters"],
        ],
        because: "moto forgets a cluster's support, and says of each how the first version of Serverless scales",
        make: clusters,
    },
    {
        service: "elasticache",
        actions: ["all"],
        because: "moto has no groups of users or of parameters here, and changes nothing that it has made",
        make: elastiCache,
    },
    {
        service: "lambda",
        actions: ["POST", "GET", "PUT"],
        because: "moto forgets where a function logs, and invents its network",
        make: functions,
    },
    {
        service: "ssm",
        actions: [
            ...["Create", "Describe", "Update", "Delete"].map((verb) => `${verb}Association`),
            "AddTagsToResource",
            "RemoveTagsFromResource",
            "ListTagsForResource",
        ],
        because: "moto has no associations",
        make: () => associations(),
    },
    {
        service: "logs",
        actions: ["AssociateKmsKey", "DisassociateKmsKey", "DescribeLogGroups", "DeleteLogGroup"],
        because: "moto gives a log its key only when it makes it",
        make: logKeys,
    },
    {
        service: "s3",
        actions: ["PUT", "GET", "DELETE"],
        because:
            "moto refuses each call for a condition of the bucket's policy which is not met, whatever the policy says then",
        make: bucketPolicies,
    },
    {
        service: "s3",
        actions: ["DELETE"],
        because: "moto fails at the second deletion of a key whose bucket's versioning was suspended",
        make: () => async (_, forward) => {
            const answered = await forward();
            return answered.status === 500 ? { status: 204, headers: {}, body: "" } : answered;
        },
    },
];

/** All of {@link mended}, for a gateway, and what there is by them. */
export function mends(): { readonly all: readonly Mend[]; readonly left: () => string[] } {
    const lefts: (() => string[])[] = [];
    const all = mended.map(({ service, actions, make }): Mend => {
        const made = make();
        const mend = typeof made === "function" ? made : made.mend;
        if (typeof made === "object") lefts.push(() => made.left());
        const own = (action: string) =>
            actions.some((one) => one === "all" || one === action || action.startsWith(`${one} `));
        return (asked, forward) => (asked.service === service && own(asked.action) ? mend(asked, forward) : undefined);
    });
    return { all, left: () => lefts.flatMap((left) => left()) };
}
