import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type { types } from "@pulumi/aws";
import * as wafv2 from "@pulumi/aws/wafv2";
import type { Site } from "../../components/site";
import { edgeRegion } from "./domain";
import { edgeKey } from "./edge-key";
import { encryptionKey } from "./encryption";
import { shortName } from "./names";
import { tags } from "./tags";

/** FirewallArgs says what a web firewall lets through. */
export interface FirewallArgs {
    /** Before CloudFront, or before a load balancer. */
    readonly scope: "CLOUDFRONT" | "REGIONAL";
    /** Blocks what AWS's own rules know as attacks. */
    readonly managed: boolean;
    /** Blocks every other address; empty lets all in. */
    readonly allow: readonly string[];
}

/** AWS's own rules: the ordinary attacks, what is known to be exploited (Log4j among it), and who is known for it. */
const rules = [
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesAmazonIpReputationList",
];

/** Who hides where they are, or comes from a data centre: seen, and not blocked, since most are honest (VPNs, other apps). */
const counted = ["AWSManagedRulesAnonymousIpList"];

type Rules = types.input.wafv2.WebAclRule[];

/** A web ACL, about 5 US dollars a month and one for each rule. What it blocks is logged. */
export function firewall(site: Site, { scope, managed, allow }: FirewallArgs): wafv2.WebAcl {
    const region = scope === "CLOUDFRONT" ? edgeRegion : undefined;
    const seen = (name: string) => ({
        cloudwatchMetricsEnabled: true,
        sampledRequestsEnabled: true,
        metricName: name,
    });
    const sets = (["IPV4", "IPV6"] as const).flatMap((version) => {
        const addresses = allow.filter((range) => range.includes(":") === (version === "IPV6"));
        if (!addresses.length) return [];
        const arguments_ = { scope, region, ipAddressVersion: version, addresses, tags: tags(site) };
        return [site.make("allowed", wafv2.IpSet, arguments_, { instance: version.toLowerCase() })];
    });
    const known = sets.map(({ arn }) => ({ ipSetReferenceStatement: { arn } }));
    const statement = known.length === 1 ? known[0] : { orStatement: { statements: known } };
    const strangers = known.length
        ? [
              {
                  name: "strangers",
                  priority: 0,
                  action: { block: {} },
                  statement: { notStatement: { statements: [statement] } },
                  visibilityConfig: seen("strangers"),
              },
          ]
        : [];
    const own = managed
        ? [...rules, ...counted].map((name, index) => ({
              name,
              priority: index + 1,
              overrideAction: counted.includes(name) ? { count: {} } : { none: {} },
              statement: { managedRuleGroupStatement: { vendorName: "AWS", name } },
              visibilityConfig: seen(name),
          }))
        : [];
    const acl = site.make("firewall", wafv2.WebAcl, {
        description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
        scope,
        region,
        defaultAction: { allow: {} },
        rules: [...strangers, ...own] as Rules,
        visibilityConfig: seen(site.name),
        tags: tags(site),
    });
    // WAF takes no log group of another name.
    const group = site.make("firewallLog", cloudwatch.LogGroup, {
        name: `aws-waf-logs-${shortName(site.name, 64)}`,
        retentionInDays: 365,
        kmsKeyId: (scope === "CLOUDFRONT" ? edgeKey(site) : encryptionKey(site, undefined)).arn,
        region,
        tags: tags(site),
    });
    site.make("firewallLogging", wafv2.WebAclLoggingConfiguration, {
        resourceArn: acl.arn,
        logDestinationConfigs: [group.arn],
        region,
        loggingFilter: {
            defaultBehavior: "DROP",
            filters: [
                { behavior: "KEEP", requirement: "MEETS_ANY", conditions: [{ actionCondition: { action: "BLOCK" } }] },
            ],
        },
        redactedFields: [{ singleHeader: { name: "authorization" } }, { singleHeader: { name: "cookie" } }],
    });
    return acl;
}
