import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as sns from "@pulumi/aws/sns";
import type { AlarmSpec } from "../../components/metric";
import type { Site } from "../../components/site";
import { accountOf } from "./account";
import { mailTo } from "./alarm-mail";
import { tellOfDatabases } from "./database-events";
import { encryptionKey } from "./encryption";
import { type AwsGauge, expressionOf, isDerived } from "./gauges";
import { document } from "./grants";
import { stackPart } from "./stack-part";
import { tags } from "./tags";

/** Watches a gauge, and writes to people when it goes wrong, and when it is well again. */
export function alarm(site: Site, name: string, gauge: AwsGauge, spec: AlarmSpec, description: string) {
    const { above, below, statistic, period, periods, missing, email } = spec;
    const topic = topicFor(site, email);
    return site.make(
        "alarm",
        cloudwatch.MetricAlarm,
        {
            alarmDescription: description,
            comparisonOperator: above === undefined ? "LessThanThreshold" : "GreaterThanThreshold",
            threshold: above ?? below,
            evaluationPeriods: periods,
            datapointsToAlarm: periods,
            treatMissingData: { ok: "notBreaching", breaching: "breaching", ignore: "ignore" }[missing],
            ...watched(gauge, statistic, period),
            actionsEnabled: true,
            alarmActions: [topic.arn],
            okActions: [topic.arn],
            tags: tags(site),
        },
        { instance: name },
    );
}

const statistics = {
    sum: "Sum",
    average: "Average",
    min: "Minimum",
    max: "Maximum",
    p50: "p50",
    p90: "p90",
    p99: "p99",
} as const;

/** The metric alone, or an expression where the gauge is more than one. */
export function watched(gauge: AwsGauge, statistic: AlarmSpec["statistic"], period: number) {
    const { namespace, metric, dimensions, plus = [], factor = 1 } = gauge;
    const stat = gauge.statistic ?? statistics[statisticOf(statistic, factor)];
    if (!isDerived(gauge)) {
        const known = { namespace, metricName: metric, dimensions, period };
        return stat.startsWith("p") ? { ...known, extendedStatistic: stat } : { ...known, statistic: stat };
    }
    const all = [dimensions, ...plus];
    return {
        metricQueries: [
            { id: "value", expression: expressionOf(gauge), label: metric, returnData: true },
            ...all.map((own, index) => ({
                id: `m${index + 1}`,
                metric: { namespace, metricName: metric, dimensions: own, period, stat },
            })),
        ],
    };
}

/** What is left is least when most is used. */
function statisticOf(statistic: AlarmSpec["statistic"], factor: number): AlarmSpec["statistic"] {
    if (factor >= 0) return statistic;
    return statistic === "max" ? "min" : statistic === "min" ? "max" : statistic;
}

/** One topic for the same people in a stack: they confirm once that they want its mail. */
function topicFor(site: Site, email: readonly string[]): sns.Topic {
    const people = [...new Set(email)].sort();
    const hash = createHash("sha256").update(people.join(" ")).digest("hex").slice(0, 7);
    const { arn } = encryptionKey(site, undefined);
    return stackPart(site, "alarms", (part) => makeTopic(part, people, arn), `-${hash}`);
}

function makeTopic(site: Site, people: readonly string[], key: pulumi.Output<string>): sns.Topic {
    const topic = site.make(
        "topic",
        sns.Topic,
        // AWS's own key for topics keeps out CloudWatch: the stack's lets it in.
        { kmsMasterKeyId: key, tags: tags(site) },
        { main: true },
    );
    const policy = site.make("policy", sns.TopicPolicy, {
        arn: topic.arn,
        policy: document([
            ...Object.entries({ Alarms: "cloudwatch", DatabaseEvents: "events.rds" }).map(([Sid, service]) => ({
                Sid,
                Effect: "Allow",
                Principal: { Service: `${service}.amazonaws.com` },
                Action: "sns:Publish",
                Resource: topic.arn,
                Condition: { StringEquals: { "aws:SourceAccount": accountOf(site).id } },
            })),
            {
                Sid: "OnlyTls",
                Effect: "Deny",
                Principal: "*",
                Action: "sns:Publish",
                Resource: topic.arn,
                Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
        ]),
    });
    people.forEach((endpoint, index) => mailTo(site, topic, endpoint, `${index + 1}`));
    tellOfDatabases(site, topic, policy);
    return topic;
}
