/** The types of what a stack's parts share on AWS: of `transformStack({ aws: … })` and `stackNodes().aws`. */

import type * as cloudfront from "@pulumi/aws/cloudfront";
import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as ec2 from "@pulumi/aws/ec2";
import type * as ecs from "@pulumi/aws/ecs";
import type * as kms from "@pulumi/aws/kms";
import type * as lb from "@pulumi/aws/lb";
import type * as rds from "@pulumi/aws/rds";
import type * as servicediscovery from "@pulumi/aws/servicediscovery";
import type * as sns from "@pulumi/aws/sns";
import type * as vpc from "@pulumi/aws/vpc";
import type { Each } from "../../components/children";
import type { AwsChildren } from "./types";

declare module "../../components/children" {
    interface StackChildren {
        readonly aws: AwsStack;
    }
}

/** The children's classes, by part and key. */
export interface AwsStack {
    /** The bucket of who asked for what. */
    readonly accessLogs: AwsChildren["blob"];
    /** What alarms are sent by: one for the same people. */
    readonly alarms: {
        readonly topic: typeof sns.Topic;
        readonly policy: typeof sns.TopicPolicy;
        /** By place: `1`. */
        readonly mail: Each<typeof sns.TopicSubscription>;
        readonly events: typeof rds.EventSubscription;
    };
    /** Behind CloudFront: one for each network. */
    readonly balancer: {
        readonly group: typeof ec2.SecurityGroup;
        readonly fromEdge: typeof vpc.SecurityGroupIngressRule;
        readonly balancer: typeof lb.LoadBalancer;
        readonly listener: typeof lb.Listener;
        readonly origin: typeof cloudfront.VpcOrigin;
    };
    readonly cluster: { readonly cluster: typeof ecs.Cluster; readonly capacity: typeof ecs.ClusterCapacityProviders };
    /** The log of `exec` into containers. */
    readonly clusterExec: AwsChildren["log"];
    readonly dashboard: { readonly dashboard: typeof cloudwatch.Dashboard };
    /** The key of what CloudFront's firewall writes. */
    readonly edgeKey: { readonly key: typeof kms.Key };
    /** The key of all that was given none. */
    readonly key: AwsChildren["key"];
    /** By which containers find each other: one for each network. */
    readonly names: { readonly namespace: typeof servicediscovery.PrivateDnsNamespace };
    /** The network of all that was given none. */
    readonly network: AwsChildren["network"];
}
