/**
 * The types of the native children on AWS. `import "pulumi-mvi/aws"` makes `nodes.aws` and `transform.aws` of every
 * component know them; at run time it does nothing.
 */

import type * as appautoscaling from "@pulumi/aws/appautoscaling";
import type * as autoscaling from "@pulumi/aws/autoscaling";
import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as dynamodb from "@pulumi/aws/dynamodb";
import type * as ec2 from "@pulumi/aws/ec2";
import type * as ecr from "@pulumi/aws/ecr";
import type * as ecs from "@pulumi/aws/ecs";
import type * as elasticache from "@pulumi/aws/elasticache";
import type * as iam from "@pulumi/aws/iam";
import type * as kinesis from "@pulumi/aws/kinesis";
import type * as kms from "@pulumi/aws/kms";
import type * as lambda from "@pulumi/aws/lambda";
import type * as lb from "@pulumi/aws/lb";
import type * as rds from "@pulumi/aws/rds";
import type * as s3 from "@pulumi/aws/s3";
import type * as scheduler from "@pulumi/aws/scheduler";
import type * as secretsmanager from "@pulumi/aws/secretsmanager";
import type * as servicediscovery from "@pulumi/aws/servicediscovery";
import type * as sfn from "@pulumi/aws/sfn";
import type * as sqs from "@pulumi/aws/sqs";
import type * as ssm from "@pulumi/aws/ssm";
import type * as vpc from "@pulumi/aws/vpc";
import type * as wafv2 from "@pulumi/aws/wafv2";
import type * as docker from "@pulumi/docker-build";
import type { RandomId, RandomPassword } from "@pulumi/random";
import type { Each } from "../../components/children";
import type { Edge, Linked, Running, Task, Uptime } from "./types-shared";
import "./types-stack"; // what `transformStack` and `stackNodes` know

declare module "../../components/children" {
    interface Children {
        readonly aws: AwsChildren;
    }
}

/** The children's classes, by service and key. */
export interface AwsChildren {
    readonly blob: {
        readonly bucket: typeof s3.Bucket;
        readonly publicAccess: typeof s3.BucketPublicAccessBlock;
        readonly ownership: typeof s3.BucketOwnershipControls;
        readonly encryption: typeof s3.BucketServerSideEncryptionConfiguration;
        readonly versioning: typeof s3.BucketVersioning;
        readonly lifecycle: typeof s3.BucketLifecycleConfiguration;
        readonly policy: typeof s3.BucketPolicy;
        readonly cors: typeof s3.BucketCorsConfiguration;
        readonly logging: typeof s3.BucketLogging;
    };
    readonly container: Task &
        Running &
        Linked &
        Edge &
        Uptime & {
            readonly service: typeof ecs.Service;
            readonly scaling: typeof appautoscaling.Target;
            /** `cpu`, and by each target that counts requests. */
            readonly scalingPolicy: Each<typeof appautoscaling.Policy>;
            readonly registry: typeof servicediscovery.Service;
            readonly target: typeof lb.TargetGroup;
            readonly rule: typeof lb.ListenerRule;
        };
    readonly database: {
        readonly suffix: typeof RandomId;
        readonly subnets: typeof rds.SubnetGroup;
        readonly parameters: typeof rds.ParameterGroup;
        readonly clusterParameters: typeof rds.ClusterParameterGroup;
        readonly group: typeof ec2.SecurityGroup;
        /** By what is written: `postgresql`. */
        readonly log: Each<typeof cloudwatch.LogGroup>;
        readonly monitorRole: typeof iam.Role;
        readonly monitorRoleManaged: Each<typeof iam.RolePolicyAttachment>;
        readonly instance: typeof rds.Instance;
        /** With size `serverless`, as are its `member`s. */
        readonly cluster: typeof rds.Cluster;
        readonly member: Each<typeof rds.ClusterInstance>;
        /** With engine `redis`, as are the next five and `userSecretVersion`. */
        readonly cache: typeof elasticache.ReplicationGroup;
        readonly cacheSubnets: typeof elasticache.SubnetGroup;
        readonly cacheParameters: typeof elasticache.ParameterGroup;
        readonly user: Each<typeof elasticache.User>;
        readonly users: typeof elasticache.UserGroup;
        readonly password: Each<typeof RandomPassword>;
        /** By the user, `app` or `reader`, when the first link asks. */
        readonly userSecret: Each<typeof secretsmanager.Secret>;
        readonly userSecretVersion: Each<typeof secretsmanager.SecretVersion>;
        readonly userPolicy: Each<typeof iam.RolePolicy>;
        readonly userMade: Each<typeof lambda.Invocation>;
        readonly settleGroup: typeof ec2.SecurityGroup;
        readonly connectOut: Each<typeof vpc.SecurityGroupEgressRule>;
        readonly connectIn: Each<typeof vpc.SecurityGroupIngressRule>;
        /** Sets a user's password, within the network. */
        readonly settle: typeof lambda.Function;
        readonly settleLog: typeof cloudwatch.LogGroup;
        readonly settleRole: typeof iam.Role;
        readonly settleRolePolicy: typeof iam.RolePolicy;
        /** Makes up a user's password, and keeps it. */
        readonly keep: typeof lambda.Function;
        readonly keepLog: typeof cloudwatch.LogGroup;
        readonly keepRole: typeof iam.Role;
        readonly keepRolePolicy: typeof iam.RolePolicy;
    };
    readonly image: {
        readonly repository: typeof ecr.Repository;
        readonly lifecycle: typeof ecr.LifecyclePolicy;
        readonly build: typeof docker.Image;
    };
    readonly job: Task &
        Running &
        Linked & {
            readonly machine: typeof sfn.StateMachine;
            readonly runRole: typeof iam.Role;
            readonly runRolePolicy: typeof iam.RolePolicy;
            readonly schedule: typeof scheduler.Schedule;
            readonly scheduleRole: typeof iam.Role;
            readonly scheduleRolePolicy: typeof iam.RolePolicy;
            readonly lost: typeof sqs.Queue;
            readonly once: typeof ssm.Association;
            readonly onceDocument: typeof ssm.Document;
            readonly onceRole: typeof iam.Role;
            readonly onceRolePolicy: typeof iam.RolePolicy;
        };
    readonly key: {
        readonly key: typeof kms.Key;
        readonly imported: typeof kms.ExternalKey;
        readonly alias: typeof kms.Alias;
    };
    readonly kv: { readonly table: typeof dynamodb.Table };
    readonly loadBalancer: Linked &
        Edge &
        Uptime & {
            readonly group: typeof ec2.SecurityGroup;
            readonly from: Each<typeof vpc.SecurityGroupIngressRule>;
            readonly balancer: typeof lb.LoadBalancer;
            readonly listener: typeof lb.Listener;
            readonly plain: typeof lb.Listener;
            /** By container and port: `web-http`; of TCP `tcp-` and the listener's name. */
            readonly target: Each<typeof lb.TargetGroup>;
            /** By place, the most specific one first: `1`. */
            readonly rule: Each<typeof lb.ListenerRule>;
            readonly firewall: typeof wafv2.WebAcl;
            readonly firewallOf: typeof wafv2.WebAclAssociation;
            readonly firewallLog: typeof cloudwatch.LogGroup;
            readonly firewallLogging: typeof wafv2.WebAclLoggingConfiguration;
            readonly allowed: Each<typeof wafv2.IpSet>;
            readonly tcpGroup: typeof ec2.SecurityGroup;
            readonly tcp: typeof lb.LoadBalancer;
            readonly tcpListener: Each<typeof lb.Listener>;
        };
    readonly log: {
        readonly group: typeof cloudwatch.LogGroup;
        readonly filter: Each<typeof cloudwatch.LogMetricFilter>;
        readonly delivery: Each<typeof kinesis.FirehoseDeliveryStream>;
        readonly deliveryRole: typeof iam.Role;
        readonly deliveryRolePolicy: typeof iam.RolePolicy;
        readonly subscription: Each<typeof cloudwatch.LogSubscriptionFilter>;
        readonly subscriptionRole: typeof iam.Role;
        readonly subscriptionRolePolicy: typeof iam.RolePolicy;
    };
    readonly metric: { readonly alarm: Each<typeof cloudwatch.MetricAlarm> };
    readonly network: {
        readonly vpc: typeof ec2.Vpc;
        readonly defaultGroup: typeof ec2.DefaultSecurityGroup;
        readonly acl: typeof ec2.DefaultNetworkAcl;
        readonly gateway: typeof ec2.InternetGateway;
        readonly internetRoute: typeof ec2.Route;
        readonly publicRoutes: typeof ec2.RouteTable;
        /** By zone: `a`, `b`. */
        readonly privateRoutes: Each<typeof ec2.RouteTable>;
        readonly dataRoutes: typeof ec2.RouteTable;
        readonly publicSubnet: Each<typeof ec2.Subnet>;
        readonly privateSubnet: Each<typeof ec2.Subnet>;
        readonly dataSubnet: Each<typeof ec2.Subnet>;
        readonly publicAssociation: Each<typeof ec2.RouteTableAssociation>;
        readonly privateAssociation: Each<typeof ec2.RouteTableAssociation>;
        readonly dataAssociation: Each<typeof ec2.RouteTableAssociation>;
        /** `s3` and `dynamodb`. */
        readonly gatewayEndpoint: Each<typeof ec2.VpcEndpoint>;
        /** With egress `none`, by the API: `logs`. */
        readonly endpoint: Each<typeof ec2.VpcEndpoint>;
        readonly endpointGroup: typeof ec2.SecurityGroup;
        readonly endpointRule: typeof vpc.SecurityGroupIngressRule;
        readonly outRoute: Each<typeof ec2.Route>;
        /** Of gateways by zone; of the instance, `machine`. */
        readonly natAddress: Each<typeof ec2.Eip>;
        readonly natGateway: Each<typeof ec2.NatGateway>;
        readonly natGroup: typeof ec2.SecurityGroup;
        readonly natRuleIn: Each<typeof vpc.SecurityGroupIngressRule>;
        readonly natRuleOut: Each<typeof vpc.SecurityGroupEgressRule>;
        readonly natRole: typeof iam.Role;
        readonly natRolePolicy: typeof iam.RolePolicy;
        readonly natProfile: typeof iam.InstanceProfile;
        readonly natCard: typeof ec2.NetworkInterface;
        readonly natMachine: typeof ec2.Instance;
        readonly flowLogs: typeof cloudwatch.LogGroup;
        readonly flowLogsRole: typeof iam.Role;
        readonly flowLogsRolePolicy: typeof iam.RolePolicy;
        readonly flowLog: typeof ec2.FlowLog;
    };
    readonly secret: {
        readonly secret: typeof secretsmanager.Secret;
        readonly version: typeof secretsmanager.SecretVersion;
        readonly generated: typeof RandomPassword;
    };
    readonly vm: Running &
        Linked & {
            readonly role: typeof iam.Role;
            readonly rolePolicy: typeof iam.RolePolicy;
            readonly profile: typeof iam.InstanceProfile;
            readonly template: typeof ec2.LaunchTemplate;
            readonly machines: typeof autoscaling.Group;
            readonly scalingPolicy: typeof autoscaling.Policy;
            /** With ports, as are the next three. */
            readonly frontGroup: typeof ec2.SecurityGroup;
            readonly front: typeof lb.LoadBalancer;
            readonly target: Each<typeof lb.TargetGroup>;
            readonly listener: Each<typeof lb.Listener>;
            /** With containers on it, as is `poolPolicy`. */
            readonly pool: typeof ecs.CapacityProvider;
            readonly poolPolicy: typeof iam.RolePolicy;
        };
}
