/** What our drivers make on AWS, by class: how an account is asked for all that it has of a kind. */

/** Kind is asked by an action, or found among what the gateway keeps by itself. */
export type Kind =
    | {
          readonly service: string;
          /** With a version in front where it is asked by a form; of REST the path. */
          readonly action: string;
          /** Where the names stand in the answer. */
          readonly named: RegExp;
          readonly given?: Readonly<Record<string, unknown>>;
      }
    | { readonly left: RegExp };

const asked =
    (service: string, prefix: string) =>
    (action: string, named: RegExp, given?: Readonly<Record<string, unknown>>): Kind => ({
        service,
        action: `${prefix}${action}`,
        named,
        given,
    });

const ec2 = asked("ec2", "2016-11-15 ");
const rds = asked("rds", "2014-10-31 ");
const iam = asked("iam", "2010-05-08 ");
const balancing = asked("elasticloadbalancing", "2015-12-01 ");
const watching = asked("monitoring", "2010-08-01 ");
const logs = asked("logs", "Logs_20140328.");
const ecs = asked("ecs", "AmazonEC2ContainerServiceV20141113.");
const firewall = asked("wafv2", "AWSWAF_20190729.");
const rest = (service: string, action: string, named: RegExp): Kind => ({ service, action, named });
const arnOf = (name: string) => new RegExp(`"${name}": ?"(.*?)"`, "g");
const left = (kind: RegExp): Kind => ({ left: kind });

/** By `module.Class`; what stands behind a `/` is asked apart. What has no class is made by AWS itself, of ours. */
export const kinds: Readonly<Record<string, Kind>> = {
    "acm.Certificate": asked("acm", "CertificateManager.")("ListCertificates", arnOf("CertificateArn")),
    "appautoscaling.Target": asked("application-autoscaling", "AnyScaleFrontendService.")(
        "DescribeScalableTargets",
        arnOf("ResourceId"),
        { ServiceNamespace: "ecs" },
    ),
    "autoscaling.Group": asked("autoscaling", "2011-01-01 ")(
        "DescribeAutoScalingGroups",
        /<AutoScalingGroupARN>(.*?)</g,
    ),
    "cloudfront.Distribution": left(/^arn:aws:cloudfront:.*:distribution\//),
    "cloudfront.VpcOrigin": left(/^arn:aws:cloudfront:.*:vpcorigin\//),
    "cloudwatch.Dashboard": watching("ListDashboards", /<DashboardArn>(.*?)</g),
    "cloudwatch.LogDelivery": logs("DescribeDeliveries", arnOf("id")),
    "cloudwatch.LogDeliveryDestination": logs("DescribeDeliveryDestinations", arnOf("arn")),
    "cloudwatch.LogDeliverySource": logs("DescribeDeliverySources", arnOf("arn")),
    "cloudwatch.LogGroup": logs("DescribeLogGroups", arnOf("arn")),
    "cloudwatch.MetricAlarm": watching("DescribeAlarms", /<AlarmArn>(.*?)</g),
    "dynamodb.Table": asked("dynamodb", "DynamoDB_20120810.")("ListTables", /"([^"]+)"(?=\s*[,\]])/g),
    "ec2.Eip": ec2("DescribeAddresses", /<allocationId>(.*?)</g),
    "ec2.FlowLog": ec2("DescribeFlowLogs", /<flowLogId>(.*?)</g),
    "ec2.Instance": ec2("DescribeInstances", /<instanceId>(.*?)</g, {
        "Filter.1.Name": "instance-state-name",
        "Filter.1.Value.1": "running",
        "Filter.1.Value.2": "pending",
        "Filter.1.Value.3": "stopped",
    }),
    "ec2.InternetGateway": ec2("DescribeInternetGateways", /<internetGatewayId>(.*?)</g),
    "ec2.LaunchTemplate": ec2("DescribeLaunchTemplates", /<launchTemplateId>(.*?)</g),
    "ec2.NatGateway": ec2("DescribeNatGateways", /<natGatewayId>(.*?)</g, {
        "Filter.1.Name": "state",
        "Filter.1.Value.1": "available",
    }),
    "ec2.RouteTable": ec2("DescribeRouteTables", /<routeTableId>(.*?)</g),
    "ec2.SecurityGroup": ec2("DescribeSecurityGroups", /<groupId>(.*?)</g),
    "ec2.Subnet": ec2("DescribeSubnets", /<subnetId>(.*?)</g),
    "ec2.Vpc": ec2("DescribeVpcs", /<vpcId>(.*?)</g),
    "ec2.VpcEndpoint": ec2("DescribeVpcEndpoints", /<vpcEndpointId>(.*?)</g, {
        "Filter.1.Name": "vpc-endpoint-state",
        "Filter.1.Value.1": "available",
    }),
    "ecr.Repository": asked("ecr", "AmazonEC2ContainerRegistry_V20150921.")(
        "DescribeRepositories",
        arnOf("repositoryArn"),
    ),
    "ecs.CapacityProvider": left(/^capacity provider: /),
    "ecs.TaskDefinition": ecs("ListTaskDefinitions", /"(arn:[^"]*)"/g),
    "elasticache.ParameterGroup": left(/^CacheParameterGroup: /),
    "elasticache.ReplicationGroup": left(/^ReplicationGroup: /),
    "elasticache.SubnetGroup": left(/^CacheSubnetGroup: /),
    "elasticache.User": left(/^User: /),
    "elasticache.UserGroup": left(/^UserGroup: /),
    "iam.InstanceProfile": iam("ListInstanceProfiles", /<Arn>(.*?)</g),
    "iam.Role": iam("ListRoles", /<Arn>(.*?)</g),
    "kinesis.FirehoseDeliveryStream": asked("firehose", "Firehose_20150804.")(
        "ListDeliveryStreams",
        /"([^"]+)"(?=\s*[,\]])/g,
    ),
    "kms.Alias": asked("kms", "TrentService.")("ListAliases", /"AliasArn": ?"([^"]*:alias\/(?!aws\/)[^"]*)"/g),
    "lambda.Function": rest("lambda", "/2015-03-31/functions/", /"FunctionArn": ?"(.*?)"/g),
    "lb.LoadBalancer": balancing("DescribeLoadBalancers", /<LoadBalancerArn>(.*?)</g),
    "lb.TargetGroup": balancing("DescribeTargetGroups", /<TargetGroupArn>(.*?)</g),
    "rds.Cluster": rds("DescribeDBClusters", /<DBClusterArn>(.*?)</g),
    "rds.ClusterParameterGroup": rds("DescribeDBClusterParameterGroups", /<DBClusterParameterGroupName>(.*?)</g),
    "rds.EventSubscription": rds("DescribeEventSubscriptions", /<CustSubscriptionId>(.*?)</g),
    "rds.Instance": rds("DescribeDBInstances", /<DBInstanceArn>(.*?)</g),
    // Those called `default.…` are RDS's own, which makes one with the first server of a sort.
    "rds.ParameterGroup": rds("DescribeDBParameterGroups", /<DBParameterGroupName>((?!default\.).*?)</g),
    "rds.SubnetGroup": rds("DescribeDBSubnetGroups", /<DBSubnetGroupArn>(.*?)</g),
    "rds/Snapshot": rds("DescribeDBSnapshots", /<DBSnapshotArn>(.*?)</g),
    "rds/ClusterSnapshot": rds("DescribeDBClusterSnapshots", /<DBClusterSnapshotArn>(.*?)</g),
    "s3.Bucket": rest("s3", "/", /<Name>(.*?)</g),
    "scheduler.Schedule": rest("scheduler", "/schedules", /"Arn": ?"(.*?)"/g),
    "secretsmanager.Secret": asked("secretsmanager", "secretsmanager.")("ListSecrets", arnOf("ARN")),
    "servicediscovery.PrivateDnsNamespace": asked("servicediscovery", "Route53AutoNaming_v20170314.")(
        "ListNamespaces",
        arnOf("Arn"),
    ),
    "sfn.StateMachine": asked("states", "AWSStepFunctions.")("ListStateMachines", arnOf("stateMachineArn")),
    "sns.Topic": asked("sns", "2010-03-31 ")("ListTopics", /<TopicArn>(.*?)</g),
    "sqs.Queue": asked("sqs", "AmazonSQS.")("ListQueues", /"(http[^"]*)"/g),
    "ssm.Association": left(/^association: /),
    "ssm.Document": asked("ssm", "AmazonSSM.")("ListDocuments", arnOf("Name"), {
        Filters: [{ Key: "Owner", Values: ["Self"] }],
    }),
    "wafv2.IpSet": firewall("ListIPSets", arnOf("ARN"), { Scope: "REGIONAL" }),
    "wafv2.IpSet/edge": firewall("ListIPSets", arnOf("ARN"), { Scope: "CLOUDFRONT" }),
    "wafv2.WebAcl": firewall("ListWebACLs", arnOf("ARN"), { Scope: "REGIONAL" }),
    "wafv2.WebAcl/edge": firewall("ListWebACLs", arnOf("ARN"), { Scope: "CLOUDFRONT" }),
};

/** Kinds that are found by several questions: in inventory.ts. */
export const searched = ["ec2.NetworkInterface", "ecs.Cluster", "kms.Key", "route53.Record"] as const;

/** What is the same as another kind there. */
export const same: Readonly<Record<string, string>> = {
    "kms.ExternalKey": "kms.Key",
    "rds.ClusterInstance": "rds.Instance",
};

/** What is no thing of its own there: it is a part of what it belongs to, and goes with it, if it does not before. */
export const parts: Readonly<Record<string, string>> = {
    "acm.CertificateValidation": "waits, and is nothing",
    "appautoscaling.Policy": "its target",
    "autoscaling.Policy": "its group",
    "cloudwatch.LogMetricFilter": "its log group",
    "cloudwatch.LogSubscriptionFilter": "its log group",
    "ec2.DefaultNetworkAcl": "its VPC, whose own it is",
    "ec2.DefaultSecurityGroup": "its VPC, whose own it is",
    "ec2.Route": "its table",
    "ec2.RouteTableAssociation": "its table",
    "ecr.LifecyclePolicy": "its repository",
    "ecs.ClusterCapacityProviders": "its cluster",
    "ecs.Service": "its cluster, which cannot go before it",
    "iam.RolePolicy": "its role",
    "iam.RolePolicyAttachment": "its role, which cannot go before it",
    "lambda.Invocation": "is a call, and leaves nothing",
    "lb.Listener": "its balancer",
    "lb.ListenerRule": "its listener",
    ...Object.fromEntries(
        [
            ...["CorsConfiguration", "LifecycleConfiguration", "Logging", "OwnershipControls", "Policy"],
            ...["PublicAccessBlock", "ServerSideEncryptionConfiguration", "Versioning"],
        ].map((setting) => [`s3.Bucket${setting}`, "its bucket"]),
    ),
    "secretsmanager.SecretVersion": "its secret",
    "servicediscovery.Service": "its namespace, which cannot go before it",
    "sns.TopicPolicy": "its topic",
    "sns.TopicSubscription": "its topic",
    "vpc.SecurityGroupEgressRule": "its group",
    "vpc.SecurityGroupIngressRule": "its group",
    "wafv2.WebAclAssociation": "its firewall, which cannot go before it",
    "wafv2.WebAclLoggingConfiguration": "its firewall",
};
