/** What is told at once when it is done: what the CIS benchmark for AWS (version 7, chapter 5) asks for, and some more. */

import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import { type FilterArgs, Metric } from "pulumi-mvi";
import type { AccountSettings } from "./account";

const events = (...names: string[]) => names.map((name) => `($.eventName = ${name})`).join(" || ");
const of = (source: string, names: string) => `($.eventSource = ${source}.amazonaws.com) && (${names})`;

/** By name, the lines that count, in CloudWatch's own language. Nothing of an app does these. */
const dangers: Readonly<Record<string, string>> = {
    denied: '($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")', // 5.1
    "no-second-factor":
        '($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success")', // 5.2
    root: '($.userIdentity.type = "Root") && ($.userIdentity.invokedBy NOT EXISTS) && ($.eventType != "AwsServiceEvent")', // 5.3
    users: of("iam", events("CreateUser", "CreateAccessKey", "CreateLoginProfile", "AddUserToGroup")),
    records: of(
        "cloudtrail",
        events("CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging", "PutEventSelectors"),
    ), // 5.5
    "login-failed": '($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication")', // 5.6
    keys: of("kms", events("DisableKey", "ScheduleKeyDeletion")), // 5.7
    config: of(
        "config",
        events("StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel", "PutConfigurationRecorder"),
    ), // 5.9
    organization: of(
        "organizations",
        events(
            ...["AcceptHandshake", "AttachPolicy", "CancelHandshake", "CreateAccount", "CreateOrganization"],
            ...["CreateOrganizationalUnit", "CreatePolicy", "DeclineHandshake", "DeleteOrganization"],
            ...["DeleteOrganizationalUnit", "DeletePolicy", "DetachPolicy", "DisablePolicyType", "EnableAllFeatures"],
            ...["EnablePolicyType", "InviteAccountToOrganization", "LeaveOrganization", "MoveAccount"],
            ...["RemoveAccountFromOrganization", "UpdateOrganizationalUnit", "UpdatePolicy"],
        ),
    ), // 5.15
};

/** Those that an app's deployment does as well. */
const changes: Readonly<Record<string, string>> = {
    policies: of(
        "iam",
        events(
            ...["Group", "Role", "User"].flatMap((who) => [`Put${who}Policy`, `Delete${who}Policy`]),
            ...["Group", "Role", "User"].flatMap((who) => [`Attach${who}Policy`, `Detach${who}Policy`]),
            ...["CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "DeletePolicyVersion"],
            "UpdateAssumeRolePolicy",
        ),
    ), // 5.4
    "bucket-access": of(
        "s3",
        events(
            ...["PutBucketAcl", "PutBucketPolicy", "DeleteBucketPolicy"],
            ...["Cors", "Lifecycle", "Replication"].flatMap((what) => [`PutBucket${what}`, `DeleteBucket${what}`]),
            ...["PutBucketPublicAccessBlock", "DeletePublicAccessBlock"],
            ...["PutAccountPublicAccessBlock", "DeleteAccountPublicAccessBlock"],
        ),
    ), // 5.8
    groups: events(
        ...["CreateSecurityGroup", "DeleteSecurityGroup"],
        ...["Authorize", "Revoke"].flatMap((verb) => [`${verb}SecurityGroupIngress`, `${verb}SecurityGroupEgress`]),
    ), // 5.10
    lists: events(
        ...["CreateNetworkAcl", "DeleteNetworkAcl", "ReplaceNetworkAclAssociation"],
        ...["Create", "Delete", "Replace"].map((verb) => `${verb}NetworkAclEntry`),
    ), // 5.11
    gateways: events(
        ...["CreateCustomerGateway", "DeleteCustomerGateway"],
        ...["Create", "Delete", "Attach", "Detach"].map((verb) => `${verb}InternetGateway`),
    ), // 5.12
    routes: of(
        "ec2",
        events(
            ...["CreateRoute", "ReplaceRoute", "DeleteRoute", "CreateRouteTable", "DeleteRouteTable"],
            ...["ReplaceRouteTableAssociation", "DisassociateRouteTable"],
        ),
    ), // 5.13
    networks: events(
        ...["CreateVpc", "DeleteVpc", "ModifyVpcAttribute"],
        ...["Accept", "Create", "Delete", "Reject"].map((verb) => `${verb}VpcPeeringConnection`),
        ...["AttachClassicLinkVpc", "DetachClassicLinkVpc", "DisableVpcClassicLink", "EnableVpcClassicLink"],
    ), // 5.14
};

/** All of them, in CloudWatch's own language. @param deployers - roles whose changes are no news */
export function patterns({ deployers }: Pick<AccountSettings, "deployers">): Readonly<Record<string, string>> {
    const role = "$.userIdentity.sessionContext.sessionIssuer.userName";
    const others = deployers.map((name) => `(${role} != "${name}")`).join(" && ");
    const news = (pattern: string) => (others ? `(${pattern}) && ((${role} NOT EXISTS) || (${others}))` : pattern);
    const all = { ...dangers, ...Object.fromEntries(Object.entries(changes).map(([name, one]) => [name, news(one)])) };
    return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, `{ ${one} }`]));
}

/** A metric with an alarm for each. */
export function watches(names: readonly string[], email: string): Readonly<Record<string, Metric>> {
    return Object.fromEntries(
        names.map((name) => [
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
export function watchFilters(metrics: Readonly<Record<string, Metric>>, all: Readonly<Record<string, string>>) {
    const filters: Record<string, FilterArgs> = Object.fromEntries(
        Object.entries(metrics).map(([name, into]) => [name, { contains: name, into }]),
    );
    const transform = (args: cloudwatch.LogMetricFilterArgs, _options: unknown, child: string) => {
        const name = Object.keys(all).find((one) => child.endsWith(`-filter-${one}`))!;
        args.pattern = all[name];
        // A metric is paid for while it has values: of what does not happen, there are none.
        const { name: metric, namespace } = args.metricTransformation as { name: string; namespace: string };
        args.metricTransformation = { name: metric, namespace, value: "1" };
    };
    return { filters, transform };
}
