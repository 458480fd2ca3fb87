import type { Program } from "../support/mocks";

export const account = "123456789012";
export const region = "eu-central-1";

/** What AWS computes, by the last part of a resource's type: in the mocks nothing is made. */
const computed: Readonly<Record<string, (name: string, inputs: Record<string, unknown>) => Record<string, unknown>>> = {
    Bucket: (name) => ({ bucket: name, region, arn: `arn:aws:s3:::${name}` }),
    Table: (name) => ({ name, arn: arn("dynamodb", `table/${name}`) }),
    Key: (name) => ({ keyId: `${name}-id`, arn: arn("kms", `key/${name}-id`) }),
    ExternalKey: (name) => ({ arn: arn("kms", `key/${name}-id`) }),
    LogGroup: (name) => ({ name, arn: arn("logs", `log-group:${name}`) }),
    Role: (name) => ({ name, arn: `arn:aws:iam::${account}:role/${name}` }),
    Repository: (name) => ({
        name,
        arn: arn("ecr", `repository/${name}`),
        registryId: account,
        repositoryUrl: `${account}.dkr.ecr.${region}.amazonaws.com/${name}`,
    }),
    Image: () => ({ digest: `sha256:${"0".repeat(64)}` }),
    Secret: (name) => ({ name, arn: arn("secretsmanager", `secret:${name}-AbCdEf`) }),
    SecretVersion: () => ({ versionId: "v1" }),
    RandomPassword: () => ({ result: "generated-value" }),
    FirehoseDeliveryStream: (name) => ({ arn: arn("firehose", `deliverystream/${name}`) }),
    Vpc: (name) => ({ defaultNetworkAclId: `acl-of-${name}` }),
    VpcEndpoint: (name) => ({ prefixListId: `pl-${name}` }),
    RandomId: () => ({ hex: "0a1b2c3d" }),
    Instance: (name, inputs) => ({
        identifier: inputs.identifier,
        address: `${name}.abc.${region}.rds.amazonaws.com`,
        resourceId: `db-${name}`,
        masterUserSecrets: [{ secretArn: arn("secretsmanager", `secret:rds!db-${name}-AbCdEf`) }],
    }),
    Cluster: (name, inputs) => ({
        arn: arn("rds", `cluster:${name}`),
        name,
        clusterIdentifier: inputs.clusterIdentifier,
        endpoint: `${name}.cluster-abc.${region}.rds.amazonaws.com`,
        clusterResourceId: `cluster-${name}`,
        masterUserSecrets: [{ secretArn: arn("secretsmanager", `secret:rds!cluster-${name}-AbCdEf`) }],
    }),
    SubnetGroup: (name) => ({ name }),
    ParameterGroup: (name) => ({ name }),
    ClusterParameterGroup: (name) => ({ name }),
    ReplicationGroup: (name) => ({ primaryEndpointAddress: `master.${name}.abc.cache.amazonaws.com` }),
    Function: (name) => ({ name, arn: arn("lambda", `function:${name}`) }),
    Association: (name) => ({ associationId: `${name}-id` }),
    Topic: (name) => ({ arn: arn("sns", name) }),
    LogDeliveryDestination: (name) => ({ arn: arn("logs", `delivery-destination:${name}`) }),
    MetricAlarm: (name) => ({ arn: arn("cloudwatch", `alarm:${name}`) }),
    Eip: (name) => ({ allocationId: `eipalloc-${name}`, publicIp: "203.0.113.1" }),
};

/** The same by its whole type, where several services have one of the name. */
const ofService: typeof computed = {
    "aws:ecs/cluster:Cluster": (name) => ({ name, arn: arn("ecs", `cluster/${name}`) }),
    "aws:ecs/service:Service": (name) => ({ name, id: arn("ecs", `service/${name}`) }),
    "aws:ecs/taskDefinition:TaskDefinition": (name) => ({
        arn: arn("ecs", `task-definition/${name}:1`),
        arnWithoutRevision: arn("ecs", `task-definition/${name}`),
    }),
    "aws:ecs/capacityProvider:CapacityProvider": (name) => ({ name, arn: arn("ecs", `capacity-provider/${name}`) }),
    "aws:servicediscovery/service:Service": (name) => ({ arn: arn("servicediscovery", `service/${name}`) }),
    "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": (name) => ({
        arn: arn("servicediscovery", `namespace/${name}`),
    }),
    "aws:lb/loadBalancer:LoadBalancer": (name) => ({
        arn: arn("elasticloadbalancing", `loadbalancer/${name}`),
        arnSuffix: `lb/${name}`,
        dnsName: `${name}.${region}.elb.amazonaws.com`,
        zoneId: "ZELB",
    }),
    "aws:lb/targetGroup:TargetGroup": (name) => ({
        arn: arn("elasticloadbalancing", `targetgroup/${name}`),
        arnSuffix: `targetgroup/${name}`,
    }),
    "aws:lb/listener:Listener": (name) => ({ arn: arn("elasticloadbalancing", `listener/${name}`) }),
    "aws:cloudfront/distribution:Distribution": (name) => ({
        arn: arn("cloudfront", `distribution/${name}`),
        domainName: `${name}.cloudfront.net`,
        hostedZoneId: "ZCLOUDFRONT",
    }),
    "aws:acm/certificate:Certificate": (name, inputs) => ({
        arn: arn("acm", `certificate/${name}`),
        domainValidationOptions: [inputs.domainName, ...((inputs.subjectAlternativeNames ?? []) as string[])].map(
            (domainName) => ({
                domainName,
                resourceRecordName: `_proof.${domainName as string}`,
                resourceRecordType: "CNAME",
                resourceRecordValue: "_value.acm-validations.aws",
            }),
        ),
    }),
    "aws:route53/record:Record": (_, inputs) => ({ fqdn: inputs.name }),
    "aws:sfn/stateMachine:StateMachine": (_, inputs) => ({
        arn: arn("states", `stateMachine:${inputs.name as string}`),
    }),
    "aws:sqs/queue:Queue": (name) => ({ arn: arn("sqs", name) }),
    "aws:ssm/document:Document": (name) => ({ name }),
    "aws:wafv2/webAcl:WebAcl": (name) => ({ arn: arn("wafv2", `webacl/${name}`) }),
    "aws:wafv2/ipSet:IpSet": (name) => ({ arn: arn("wafv2", `ipset/${name}`) }),
    "aws:ec2/launchTemplate:LaunchTemplate": () => ({ latestVersion: 3 }),
    "aws:autoscaling/group:Group": (_, inputs) => ({ arn: arn("autoscaling", `group/${inputs.name as string}`) }),
    "aws:iam/instanceProfile:InstanceProfile": (name) => ({
        name,
        arn: `arn:aws:iam::${account}:instance-profile/${name}`,
    }),
};

/** What AWS answers, by the name of the question. */
const answers: Readonly<Record<string, Record<string, unknown>>> = {
    getCallerIdentity: { accountId: account, arn: `arn:aws:iam::${account}:user/tester`, userId: "U" },
    getPartition: { partition: "aws" },
    getVpc: { id: "vpc-default" },
    getNetworkAcls: { ids: ["acl-default"] },
    getRegion: { region, name: region, id: region },
    getAvailabilityZones: { names: ["d", "b", "a", "c"].map((zone) => `${region}${zone}`) },
    getAuthorizationToken: { userName: "AWS", password: "token" },
    getParameter: { value: "ami-0123456789" },
    getManagedPrefixList: { id: "pl-cloudfront" },
    getZone: { zoneId: "ZONE" },
    getAmi: { architecture: "x86_64", rootDeviceName: "/dev/xvda" },
};

export function arn(service: string, resource: string): string {
    return `arn:aws:${service}:${region}:${account}:${resource}`;
}

const last = (token: string) => token.split(":")[2];

/** AWS, as the mocks show it. */
export const lens = {
    outputs: (type: string, name: string, inputs: Record<string, unknown>) =>
        (ofService[type] ?? computed[last(type)])?.(name, inputs) ?? {},
    // Services are at rest with what they were given.
    calls: (token: string, inputs: Record<string, unknown> = {}) =>
        last(token) === "getService"
            ? { taskDefinition: arn("ecs", `task-definition/${inputs.serviceName as string}-definition:1`) }
            : (answers[last(token)] ?? {}),
} satisfies Pick<Program, "outputs" | "calls">;
