import type { Emulator } from "./emulator";

/** What an account has of everything that our drivers make: the question, and where the names stand in the answer. */
const questions: readonly (readonly [service: string, action: string, named: RegExp, given?: object])[] = [
    ["ec2", "2016-11-15 DescribeVpcs", /<vpcId>(.*?)</g],
    ["ec2", "2016-11-15 DescribeSubnets", /<subnetId>(.*?)</g],
    ["ec2", "2016-11-15 DescribeSecurityGroups", /<groupId>(.*?)</g],
    ["ec2", "2016-11-15 DescribeAddresses", /<allocationId>(.*?)</g],
    ["ec2", "2016-11-15 DescribeLaunchTemplates", /<launchTemplateId>(.*?)</g],
    ["autoscaling", "2011-01-01 DescribeAutoScalingGroups", /<AutoScalingGroupARN>(.*?)</g],
    ["elasticloadbalancing", "2015-12-01 DescribeLoadBalancers", /<LoadBalancerArn>(.*?)</g],
    ["elasticloadbalancing", "2015-12-01 DescribeTargetGroups", /<TargetGroupArn>(.*?)</g],
    ["rds", "2014-10-31 DescribeDBInstances", /<DBInstanceArn>(.*?)</g],
    ["rds", "2014-10-31 DescribeDBClusters", /<DBClusterArn>(.*?)</g],
    ["rds", "2014-10-31 DescribeDBSnapshots", /<DBSnapshotArn>(.*?)</g],
    ["rds", "2014-10-31 DescribeDBSubnetGroups", /<DBSubnetGroupArn>(.*?)</g],
    ["iam", "2010-05-08 ListRoles", /<Arn>(.*?)</g],
    ["iam", "2010-05-08 ListInstanceProfiles", /<Arn>(.*?)</g],
    ["sns", "2010-03-31 ListTopics", /<TopicArn>(.*?)</g],
    ["monitoring", "2010-08-01 DescribeAlarms", /<AlarmArn>(.*?)</g],
    ["monitoring", "2010-08-01 ListDashboards", /<DashboardArn>(.*?)</g],
    ["logs", "Logs_20140328.DescribeLogGroups", /"arn": "(.*?)"/g],
    ["ecs", "AmazonEC2ContainerServiceV20141113.ListTaskDefinitions", /"(arn:[^"]*)"/g],
    ["ecr", "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories", /"repositoryArn": ?"(.*?)"/g],
    ["secretsmanager", "secretsmanager.ListSecrets", /"ARN": ?"(.*?)"/g],
    ["dynamodb", "DynamoDB_20120810.ListTables", /"([^"]+)"(?=[,\]])/g],
    ["states", "AWSStepFunctions.ListStateMachines", /"stateMachineArn": ?"(.*?)"/g],
    ["sqs", "AmazonSQS.ListQueues", /"(http[^"]*)"/g],
    ["ssm", "AmazonSSM.ListDocuments", /"Name": ?"(.*?)"/g, { Filters: [{ Key: "Owner", Values: ["Self"] }] }],
    ["servicediscovery", "Route53AutoNaming_v20170314.ListNamespaces", /"Arn": ?"(.*?)"/g],
    ["firehose", "Firehose_20150804.ListDeliveryStreams", /"([^"]+)"(?=[,\]])/g],
    ["wafv2", "AWSWAF_20190729.ListWebACLs", /"ARN": ?"(.*?)"/g, { Scope: "REGIONAL" }],
];

/** Everything there is, as `service: name`, in order. */
export async function inventory(emulator: Emulator): Promise<string[]> {
    const found = await Promise.all(
        questions.map(async ([service, action, named, given = {}]) => {
            const answer = await emulator.ask<unknown>(service, action, given as Record<string, unknown>);
            const text = typeof answer === "string" ? answer : JSON.stringify(answer, undefined, 1);
            return [...text.matchAll(named)].map(([, name]) => `${action.split(/[. ]/).pop()!}: ${name}`);
        }),
    );
    const [buckets, functions, schedules] = await Promise.all(
        (
            [
                ["s3", "/", /<Name>(.*?)</g],
                ["lambda", "/2015-03-31/functions/", /"FunctionArn": ?"(.*?)"/g],
                ["scheduler", "/schedules", /"Arn": ?"(.*?)"/g],
            ] as const
        ).map(async ([service, path, named]) =>
            [...(await emulator.send(service, "GET", path)).matchAll(named)].map(([, name]) => `${service}: ${name}`),
        ),
    );
    return [
        ...new Set([
            ...found.flat(),
            ...(await clusters(emulator)),
            ...(await cards(emulator)),
            ...buckets,
            ...functions,
            ...schedules,
            ...emulator.left(),
        ]),
    ].sort();
}

/** Clusters. A deleted one is still named for a while. */
async function clusters(emulator: Emulator): Promise<string[]> {
    const target = "AmazonEC2ContainerServiceV20141113.";
    const named = await emulator.ask<{ clusterArns: string[] }>("ecs", `${target}ListClusters`);
    const { clusters: all } = await emulator.ask<{ clusters: Record<"clusterArn" | "status", string>[] }>(
        "ecs",
        `${target}DescribeClusters`,
        { clusters: named.clusterArns },
    );
    return all.filter(({ status }) => status !== "INACTIVE").map(({ clusterArn }) => `ecs: ${clusterArn}`);
}

/** Network interfaces. The emulator keeps those of machines that a group has ended. */
async function cards(emulator: Emulator): Promise<string[]> {
    const answer = (action: string, given = {}) => emulator.ask<string>("ec2", `2016-11-15 ${action}`, given);
    const ended = { "Filter.1.Name": "instance-state-name", "Filter.1.Value.1": "terminated" };
    const machines = await answer("DescribeInstances", ended);
    const gone = new Set([...machines.matchAll(/<instanceId>(.*?)</g)].map(([, id]) => id));
    const text = await answer("DescribeNetworkInterfaces");
    const theirs = [...text.matchAll(/<instanceId>(.*?)<.*?<networkInterfaceId>(.*?)</gs)]
        .filter(([, machine]) => gone.has(machine))
        .map(([, , card]) => card);
    return [...text.matchAll(/<networkInterfaceId>(.*?)</g)]
        .filter(([, card]) => !theirs.includes(card))
        .map(([, card]) => `DescribeNetworkInterfaces: ${card}`);
}
