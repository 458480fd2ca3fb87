/** What AWS demands. A reference of an API says it by what an action requires, and by its errors. */

import type { Demands } from "./demand";

const docs = "https://docs.aws.amazon.com";
const ec2 = (action: string) => `${docs}/AWSEC2/latest/APIReference/API_${action}.html`;
const s3 = (action: string) => `${docs}/AmazonS3/latest/API/API_${action}.html`;
const ecs = (action: string) => `${docs}/AmazonECS/latest/APIReference/API_${action}.html`;
const elb = (action: string) => `${docs}/elasticloadbalancing/latest/APIReference/API_${action}.html`;
const rds = (action: string) => `${docs}/AmazonRDS/latest/APIReference/API_${action}.html`;
const logs = (action: string) => `${docs}/AmazonCloudWatchLogs/latest/APIReference/API_${action}.html`;
const alarms = (action: string) => `${docs}/AmazonCloudWatch/latest/APIReference/API_${action}.html`;
const iam = (action: string) => `${docs}/IAM/latest/APIReference/API_${action}.html`;
const sns = (action: string) => `${docs}/sns/latest/api/API_${action}.html`;
const scaling = (action: string) => `${docs}/autoscaling/application/APIReference/API_${action}.html`;

const vpc = ["ec2/vpc"];
const key = ["kms/key"];
const bucket = ["s3/bucket"];
const repository = ["ecr/repository"];
const placed = ["ec2/subnet", "ec2/securityGroup"];

export const aws: Demands = {
    "appautoscaling/policy": { said: scaling("PutScalingPolicy"), names: ["appautoscaling/target"] },
    "appautoscaling/target": { said: scaling("RegisterScalableTarget"), names: ["ecs/cluster", "ecs/service"] },
    "cloudfront/distribution": {
        said: `${docs}/cloudfront/latest/APIReference/API_CreateDistribution.html`,
        names: ["cloudfront/vpcOrigin"],
        holds: ["lb/loadBalancer"],
    },
    // It must be active by then.
    "cloudfront/vpcOrigin": {
        said: `${docs}/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html`,
        names: ["lb/loadBalancer"],
    },
    "cloudwatch/dashboard": { said: alarms("PutDashboard"), holds: ["lb/loadBalancer", "lb/targetGroup"] },
    "cloudwatch/logDelivery": {
        said: logs("CreateDelivery"),
        names: ["cloudwatch/logDeliverySource", "cloudwatch/logDeliveryDestination"],
        needs: ["s3/bucketPolicy"],
    },
    // It names a bucket, but nothing says that one is asked for.
    "cloudwatch/logDeliveryDestination": { said: logs("PutDeliveryDestination") },
    "cloudwatch/logDeliverySource": { said: logs("PutDeliverySource"), names: ["cloudfront/distribution"] },
    "cloudwatch/logGroup": { said: logs("CreateLogGroup"), names: key },
    "cloudwatch/metricAlarm": { said: alarms("PutMetricAlarm"), holds: ["lb/loadBalancer", "lb/targetGroup"] },
    "docker-build:index:Image": {
        said: `${docs}/AmazonECR/latest/userguide/docker-push-ecr-image.html`,
        names: repository,
    },
    "dynamodb/table": {
        said: `${docs}/amazondynamodb/latest/APIReference/API_CreateTable.html`,
        names: key,
    },
    "ec2/defaultNetworkAcl": { said: ec2("ReplaceNetworkAclEntry"), names: vpc },
    "ec2/defaultSecurityGroup": { said: ec2("RevokeSecurityGroupIngress"), names: vpc },
    "ec2/eip": { said: ec2("AllocateAddress"), needs: ["ec2/internetGateway"] },
    "ec2/flowLog": {
        said: ec2("CreateFlowLogs"),
        names: [...vpc, "iam/role", "cloudwatch/logGroup"],
    },
    "ec2/internetGateway": { said: ec2("AttachInternetGateway"), names: vpc },
    "ec2/natGateway": {
        said: ec2("CreateNatGateway"),
        names: ["ec2/subnet", "ec2/eip"],
        needs: ["ec2/internetGateway"],
    },
    "ec2/route": {
        said: ec2("CreateRoute"),
        names: ["ec2/routeTable", "ec2/internetGateway", "ec2/natGateway"],
    },
    "ec2/routeTable": { said: ec2("CreateRouteTable"), names: vpc },
    "ec2/routeTableAssociation": { said: ec2("AssociateRouteTable"), names: ["ec2/routeTable", "ec2/subnet"] },
    "ec2/securityGroup": { said: ec2("CreateSecurityGroup"), names: vpc },
    "ec2/subnet": { said: ec2("CreateSubnet"), names: vpc },
    "ec2/vpcEndpoint": { said: ec2("CreateVpcEndpoint"), names: [...vpc, "ec2/routeTable", ...placed] },
    "ecr/lifecyclePolicy": {
        said: `${docs}/AmazonECR/latest/APIReference/API_PutLifecyclePolicy.html`,
        names: repository,
    },
    "ecr/repository": { said: `${docs}/AmazonECR/latest/APIReference/API_CreateRepository.html`, names: key },
    // "The CloudWatch log group must already be created."
    "ecs/cluster": { said: ecs("ExecuteCommandLogConfiguration"), names: [...key, "cloudwatch/logGroup"] },
    "ecs/clusterCapacityProviders": { said: ecs("PutClusterCapacityProviders"), names: ["ecs/cluster"] },
    // A target group must have a load balancer by then: it has one by its rule.
    "ecs/service": {
        said: ecs("CreateService"),
        names: [
            ...["ecs/cluster", "ecs/clusterCapacityProviders", "ecs/taskDefinition"],
            ...[...placed, "lb/targetGroup", "lb/listenerRule"],
        ],
        needs: ["iam/rolePolicy"],
    },
    "ecs/taskDefinition": {
        said: ecs("RegisterTaskDefinition"),
        holds: ["rds/instance", "secretsmanager/secret", "docker-build:index:Image"],
    },
    "iam/rolePolicy": {
        said: iam("PutRolePolicy"),
        names: ["iam/role"],
        holds: [...key, ...placed, "rds/instance", "secretsmanager/secret"],
    },
    "iam/rolePolicyAttachment": { said: iam("AttachRolePolicy"), names: ["iam/role"] },
    "kms/alias": { said: `${docs}/kms/latest/APIReference/API_CreateAlias.html`, names: key },
    // One in a network is refused without the permission for its interfaces.
    "lambda/function": {
        said: `${docs}/lambda/latest/dg/configuration-vpc.html`,
        names: ["iam/role", ...placed],
        needs: ["iam/rolePolicy"],
        only: "vpcConfig",
    },
    // It asks the database as soon as it is made.
    "lambda/invocation": {
        said: `${docs}/lambda/latest/api/API_Invoke.html`,
        names: ["lambda/function"],
        holds: ["secretsmanager/secret"],
        needs: ["rds/instance", "iam/rolePolicy"],
    },
    "lb/listener": { said: elb("CreateListener"), names: ["lb/loadBalancer"] },
    "lb/listenerRule": { said: elb("CreateRule"), names: ["lb/listener", "lb/targetGroup"] },
    // The bucket "must exist" and "have a bucket policy that grants ELB permission to write".
    "lb/loadBalancer": {
        said: elb("LoadBalancerAttribute"),
        names: [...placed, ...bucket],
        needs: ["s3/bucketPolicy"],
    },
    "lb/targetGroup": { said: elb("CreateTargetGroup"), names: vpc },
    "rds/eventSubscription": {
        said: rds("CreateEventSubscription"),
        names: ["rds/instance", "rds/parameterGroup", "sns/topic"],
        needs: ["sns/topicPolicy"],
    },
    "rds/instance": {
        said: rds("CreateDBInstance"),
        names: ["rds/subnetGroup", "rds/parameterGroup", "ec2/securityGroup", "iam/role", ...key],
        needs: ["iam/rolePolicyAttachment"],
    },
    "rds/subnetGroup": { said: rds("CreateDBSubnetGroup"), names: ["ec2/subnet"] },
    "s3/bucketLifecycleConfiguration": { said: s3("PutBucketLifecycleConfiguration"), names: bucket },
    // InvalidTargetBucketForLogging: it "does not have the appropriate grants".
    "s3/bucketLogging": { said: s3("PutBucketLogging"), names: bucket, needs: ["s3/bucketPolicy"] },
    "s3/bucketOwnershipControls": { said: s3("PutBucketOwnershipControls"), names: bucket },
    // OperationAborted: of two changes of a bucket at once, one is refused.
    "s3/bucketPolicy": {
        said: `${docs}/AmazonS3/latest/API/ErrorResponses.html`,
        names: bucket,
        needs: ["s3/bucketOwnershipControls", "s3/bucketPublicAccessBlock"],
    },
    "s3/bucketPublicAccessBlock": { said: s3("PutPublicAccessBlock"), names: bucket },
    "s3/bucketServerSideEncryptionConfiguration": { said: s3("PutBucketEncryption"), names: [...bucket, ...key] },
    "s3/bucketVersioning": { said: s3("PutBucketVersioning"), names: bucket },
    "scheduler/schedule": {
        said: `${docs}/scheduler/latest/APIReference/API_CreateSchedule.html`,
        names: ["iam/role", ...key],
        holds: ["cloudfront/distribution"],
    },
    "secretsmanager/secret": {
        said: `${docs}/secretsmanager/latest/apireference/API_CreateSecret.html`,
        names: key,
    },
    // Its role must be allowed to write its log by then.
    "sfn/stateMachine": {
        said: `${docs}/step-functions/latest/dg/cw-logs.html`,
        names: ["iam/role"],
        holds: placed,
        needs: ["iam/rolePolicy"],
    },
    "sns/topic": { said: sns("CreateTopic"), names: key },
    "sns/topicPolicy": { said: sns("SetTopicAttributes"), names: ["sns/topic"] },
    "sns/topicSubscription": { said: sns("Subscribe"), names: ["sns/topic"] },
    "vpc/securityGroupEgressRule": { said: ec2("AuthorizeSecurityGroupEgress"), names: ["ec2/securityGroup"] },
    "vpc/securityGroupIngressRule": { said: ec2("AuthorizeSecurityGroupIngress"), names: ["ec2/securityGroup"] },
};
