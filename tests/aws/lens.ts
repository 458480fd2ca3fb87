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
    ReplicationGroup: (name) => ({ primaryEndpointAddress: `master.${name}.abc.cache.amazonaws.com` }),
    Function: (name) => ({ name, arn: arn("lambda", `function:${name}`) }),
    Topic: (name) => ({ arn: arn("sns", name) }),
    MetricAlarm: (name) => ({ arn: arn("cloudwatch", `alarm:${name}`) }),
    Eip: (name) => ({ allocationId: `eipalloc-${name}`, publicIp: "203.0.113.1" }),
};

/** What AWS answers, by the name of the question. */
const answers: Readonly<Record<string, Record<string, unknown>>> = {
    getCallerIdentity: { accountId: account, arn: `arn:aws:iam::${account}:user/tester`, userId: "U" },
    getRegion: { region, name: region, id: region },
    getAvailabilityZones: { names: ["d", "b", "a", "c"].map((zone) => `${region}${zone}`) },
    getAuthorizationToken: { userName: "AWS", password: "token" },
    getParameter: { value: "ami-0123456789" },
};

export function arn(service: string, resource: string): string {
    return `arn:aws:${service}:${region}:${account}:${resource}`;
}

const last = (token: string) => token.split(":")[2];

/** AWS, as the mocks show it. */
export const lens = {
    outputs: (type: string, name: string, inputs: Record<string, unknown>) =>
        computed[last(type)]?.(name, inputs) ?? {},
    calls: (token: string) => answers[last(token)] ?? {},
} satisfies Pick<Program, "outputs" | "calls">;
