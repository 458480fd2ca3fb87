/** What is told at once when it is done: what the CIS benchmark for AWS (chapter 5) asks for. */

import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import { type FilterArgs, Metric } from "pulumi-mvi";

const events = (...names: string[]) => names.map((name) => `($.eventName = ${name})`).join(" || ");
const of = (source: string, names: string) => `($.eventSource = ${source}.amazonaws.com) && (${names})`;

/** By name, the lines that count, in CloudWatch's own language. */
const patterns: Readonly<Record<string, string>> = {
    denied: '($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")',
    "no-second-factor":
        '($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success")',
    root: '($.userIdentity.type = "Root") && ($.userIdentity.invokedBy NOT EXISTS) && ($.eventType != "AwsServiceEvent")',
    "login-failed": '($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication")',
    "users-and-roles": of(
        "iam",
        events(
            ...["CreateUser", "CreateAccessKey", "CreateLoginProfile", "AttachUserPolicy", "PutUserPolicy"],
            ...["AddUserToGroup", "AttachGroupPolicy", "PutGroupPolicy", "UpdateAssumeRolePolicy"],
        ),
    ),
    records: of("cloudtrail", events("DeleteTrail", "StopLogging", "UpdateTrail", "PutEventSelectors")),
    keys: of("kms", events("DisableKey", "ScheduleKeyDeletion")),
    "bucket-access": of(
        "s3",
        events(
            ...["PutBucketAcl", "PutBucketPolicy", "DeleteBucketPolicy", "PutBucketPublicAccessBlock"],
            ...["DeletePublicAccessBlock", "PutAccountPublicAccessBlock", "DeleteAccountPublicAccessBlock"],
        ),
    ),
    gateways: events(
        "CreateCustomerGateway",
        "AttachInternetGateway",
        "DeleteInternetGateway",
        "DetachInternetGateway",
    ),
    networks: events("CreateVpc", "DeleteVpc", "AcceptVpcPeeringConnection", "CreateVpcPeeringConnection"),
    organization: of(
        "organizations",
        events(
            "LeaveOrganization",
            "RemoveAccountFromOrganization",
            "DeleteOrganization",
            "AttachPolicy",
            "DetachPolicy",
        ),
    ),
};

/** A metric with an alarm for each. */
export function watches(email: string): Readonly<Record<string, Metric>> {
    return Object.fromEntries(
        Object.keys(patterns).map((name) => [
            name,
            new Metric(`watch-${name}`, {
                alarms: {
                    seen: { above: name === "denied" ? 20 : 0, statistic: "sum", period: 300, periods: 1, email },
                },
            }),
        ]),
    );
}

/** The filters of a Log that count into these metrics. Lines of a trail are JSON, so that each has a pattern and no text. */
export function watchFilters(metrics: Readonly<Record<string, Metric>>) {
    const filters: Record<string, FilterArgs> = Object.fromEntries(
        Object.entries(metrics).map(([name, into]) => [name, { contains: name, into }]),
    );
    const transform = (args: cloudwatch.LogMetricFilterArgs, _options: unknown, child: string) => {
        const name = Object.keys(patterns).find((one) => child.endsWith(`-filter-${one}`))!;
        args.pattern = `{ ${patterns[name]} }`;
        // A metric is paid for while it has values: of what does not happen, there are none.
        const { name: metric, namespace } = args.metricTransformation as { name: string; namespace: string };
        args.metricTransformation = { name: metric, namespace, value: "1" };
    };
    return { filters, transform };
}
