import * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/gcp";
import * as compute from "@pulumi/gcp/compute";
import type { Site } from "../../components/site";
import { named } from "./names";

/** ArmorArgs says what is let through. */
export interface ArmorArgs {
    /** Blocks what Google's own rules know as attacks. */
    readonly managed: boolean;
    /** Blocks every other address; empty lets all in. */
    readonly allow: readonly string[];
    /** By connection and not by request: then only addresses are looked at. @default false */
    readonly tcp?: boolean;
}

/** Google's sets of rules, after OWASP's; `cve-canary` is what is being exploited (Log4j among it). */
const sets = [
    "sqli-v33-stable",
    "xss-v33-stable",
    "lfi-v33-stable",
    "rfi-v33-stable",
    "rce-v33-stable",
    "methodenforcement-v33-stable",
    "scannerdetection-v33-stable",
    "protocolattack-v33-stable",
    "sessionfixation-v33-stable",
    "nodejs-v33-stable",
];

/** How many addresses one rule takes. */
const most = 10;

type Rule = types.input.compute.SecurityPolicyRule;

/**
 * A policy of Cloud Armor, about 5 US dollars a month and one for each rule. What it blocks stands in the load balancer's log.
 * `undefined` where there is nothing to block.
 */
export function armor(site: Site, { managed, allow, tcp = false }: ArmorArgs): compute.SecurityPolicy | undefined {
    if (!allow.length && (!managed || tcp)) return undefined;
    const canary = rule(1000, "What is being exploited", "deny(403)", "evaluatePreconfiguredExpr('cve-canary')");
    // From one level of paranoia on, honest requests are taken for attacks.
    const attacks = sets.map((set, index) =>
        rule(1001 + index, set, "deny(403)", `evaluatePreconfiguredWaf('${set}', {'sensitivity': 1})`),
    );
    const known = Array.from({ length: Math.ceil(allow.length / most) }, (_, index): Rule => {
        const ranges = allow.slice(index * most, (index + 1) * most);
        return {
            priority: 5000 + index,
            description: "Who is allowed",
            action: "allow",
            match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ranges } },
        };
    });
    const instance = tcp ? "tcp" : "web";
    return site.make(
        "armor",
        compute.SecurityPolicy,
        {
            ...named(site, "armor", 63, instance),
            description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            type: "CLOUD_ARMOR",
            rules: [
                ...(tcp ? [] : managed ? [canary, ...attacks] : [canary]),
                ...known,
                {
                    priority: 2_147_483_647,
                    description: allow.length ? "Everybody else" : "Everybody",
                    action: allow.length ? "deny(403)" : "allow",
                    match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["*"] } },
                },
            ],
            ...(tcp ? {} : { advancedOptionsConfig: { jsonParsing: "STANDARD", logLevel: "NORMAL" } }),
        },
        { instance },
    );
}

function rule(priority: number, description: string, action: string, expression: string): Rule {
    return { priority, description, action, match: { expr: { expression } } };
}
