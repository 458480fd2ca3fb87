/** What the gateway puts right in an emulator's answers: see `gaps.ts` for which and why. */

import type { Answered, Mend } from "./gateway";

/** What is said of a service is what it is, but for what ECS counts itself. */
export function services(): Mend {
    const kept = new Map<string, Record<string, unknown>>();
    const settings: Record<string, unknown> = {
        deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100 },
        healthCheckGracePeriodSeconds: 0,
        availabilityZoneRebalancing: "DISABLED",
        enableECSManagedTags: false,
        enableExecuteCommand: false,
    };
    /** Which stand for each other. */
    const places = ["launchType", "capacityProviderStrategy"];
    return async ({ action, body }, forward) => {
        const asked = JSON.parse(body.toString()) as Record<string, unknown>;
        const answered = await forward();
        if (answered.status !== 200) return answered;
        const answer = JSON.parse(answered.body.toString()) as {
            service?: Record<string, unknown>;
            services?: Record<string, unknown>[];
        };
        for (const service of answer.services ?? [answer.service!]) {
            const arn = service.serviceArn as string;
            const before = kept.get(arn) ?? settings;
            const known = [...Object.keys(settings), ...places];
            const given = known.filter((name) => action !== "DescribeServices" && name in asked);
            kept.set(arn, { ...before, ...Object.fromEntries(given.map((name) => [name, asked[name]])) });
            const { desiredCount, deployments = [] } = service as Record<"deployments", object[] | undefined> & {
                desiredCount: number;
            };
            // At rest with what was wanted last.
            const atRest = { desiredCount, runningCount: desiredCount, pendingCount: 0 };
            const [first] = deployments;
            for (const place of places) delete service[place];
            Object.assign(service, kept.get(arn), atRest, {
                deployments: [
                    {
                        ...first,
                        ...atRest,
                        taskDefinition: service.taskDefinition,
                        status: "PRIMARY",
                        rolloutState: "COMPLETED",
                    },
                ],
            });
        }
        return { ...answered, headers: type, body: JSON.stringify(answer) };
    };
}

/** A function's `LoggingConfig` is what was said of it last, and its network that of its subnets. */
export function functions(): Mend {
    const kept = new Map<string, unknown>();
    return async ({ path, headers, body }, forward) => {
        const asked = body.length && body[0] === 0x7b ? (JSON.parse(body.toString()) as Record<string, unknown>) : {};
        const name = (asked.FunctionName as string | undefined) ?? /\/functions\/([^/?]+)/.exec(path)?.[1] ?? "";
        if (asked.LoggingConfig) kept.set(name, asked.LoggingConfig);
        const answered = await forward();
        if (answered.status >= 300 || !/\/functions(\/[^/]+(\/configuration|\/code)?)?\/?(\?|$)/.test(path))
            return answered;
        const answer = JSON.parse(answered.body.toString()) as Record<string, unknown>;
        const configuration = (answer.Configuration ?? answer) as Record<string, unknown>;
        const LoggingConfig = kept.get(configuration.FunctionName as string);
        if (LoggingConfig) configuration.LoggingConfig = LoggingConfig;
        const place = configuration.VpcConfig as { SubnetIds?: string[]; VpcId?: string } | undefined;
        if (place?.SubnetIds?.length) {
            const found = await forward({
                method: "POST",
                path: "/",
                headers: {
                    authorization: headers.authorization?.replace("/lambda/", "/ec2/"),
                    "content-type": "application/x-www-form-urlencoded",
                },
                body: Buffer.from(`Action=DescribeSubnets&Version=2016-11-15&SubnetId.1=${place.SubnetIds[0]}`),
            });
            place.VpcId = /<vpcId>(.*?)</.exec(found.body.toString())?.[1];
        }
        return { ...answered, headers: type, body: JSON.stringify(answer) };
    };
}

/** A bucket's policy is what was said of it last; the emulator gets what it allows, and nothing that it refuses. */
export function bucketPolicies(): Mend {
    const kept = new Map<string, Buffer>();
    return ({ method, path, body }, forward) => {
        const [bucket, query = ""] = path.split("?");
        if (!query.split("&").some((one) => one === "policy" || one === "policy=")) return undefined;
        const policy = kept.get(bucket);
        if (method === "GET") return policy && Promise.resolve({ status: 200, headers: {}, body: policy });
        kept.delete(bucket);
        if (method !== "PUT") return forward();
        kept.set(bucket, body);
        const given = JSON.parse(body.toString()) as { Statement: { Effect: string }[] };
        // What it allows is asked for when another bucket is to write its log there.
        const Statement = given.Statement.filter(({ Effect }) => Effect === "Allow");
        if (!Statement.length) return Promise.resolve({ status: 204, headers: {}, body: "" });
        return forward({ body: Buffer.from(JSON.stringify({ ...given, Statement })) });
    };
}

/** A rule of a security group says what it is for, as it was told. */
export function ruleDescriptions(): Mend {
    const kept = new Map<string, string>();
    const id = /<securityGroupRuleId>(.*?)</;
    return async ({ body }, forward) => {
        const form = new URLSearchParams(body.toString());
        const said = [...form].find(([key]) => key.endsWith(".Description"))?.[1];
        const answered = await forward();
        const text = answered.body.toString();
        const changed = form.get("SecurityGroupRule.1.SecurityGroupRuleId") ?? id.exec(text)?.[1];
        if (said !== undefined && changed !== undefined) kept.set(changed, said);
        const rules = /<item><securityGroupRuleId>(.*?)<(?:(?!<tagSet).)*/gs;
        const whole = text.replace(rules, (rule, one: string) => {
            const description = kept.get(one);
            if (description === undefined || rule.includes("<description>")) return rule;
            return `${rule}<description>${escape(description)}</description>`;
        });
        return { ...answered, headers: { "content-type": "text/xml" }, body: whole };
    };
}

/** A rule of a network's list says which messages of ICMP it is for, as it was told. */
export function icmpRules(): Mend {
    const kept = new Map<string, string>();
    return async ({ action, body }, forward) => {
        const answered = await forward();
        const form = new URLSearchParams(body.toString());
        const [type, code] = [form.get("Icmp.Type"), form.get("Icmp.Code")];
        if (action === "CreateNetworkAclEntry" && type !== null) {
            const rule = ["NetworkAclId", "Egress", "RuleNumber"].map((name) => form.get(name)).join(" ");
            kept.set(rule, `<icmpTypeCode><code>${code}</code><type>${type}</type></icmpTypeCode>`);
        }
        if (action !== "DescribeNetworkAcls") return answered;
        const lists = /<entrySet>(?:(?!<\/entrySet>).)*<\/entrySet><default>\w+<\/default><networkAclId>(.*?)</gs;
        const rules = /<egress>(\w+)<(?:(?!<ruleNumber>).)*<ruleNumber>(\d+)<\/ruleNumber>/gs;
        const whole = answered.body
            .toString()
            .replace(lists, (list, id: string) =>
                list.replace(
                    rules,
                    (rule, egress: string, number: string) => `${rule}${kept.get(`${id} ${egress} ${number}`) ?? ""}`,
                ),
            );
        return { ...answered, headers: { "content-type": "text/xml" }, body: whole };
    };
}

const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** A log group's key, as it was given or taken last. */
export function logKeys(): Mend {
    const kept = new Map<string, string | undefined>();
    return async ({ action, body }, forward) => {
        const { logGroupName, kmsKeyId } = JSON.parse(body.toString()) as Record<"logGroupName" | "kmsKeyId", string>;
        if (action === "DeleteLogGroup") kept.delete(logGroupName);
        if (action.endsWith("KmsKey")) {
            kept.set(logGroupName, kmsKeyId);
            return json({});
        }
        const answered = await forward();
        if (action !== "DescribeLogGroups" || answered.status !== 200) return answered;
        const answer = JSON.parse(answered.body.toString()) as { logGroups: Record<string, unknown>[] };
        for (const group of answer.logGroups) {
            const name = group.logGroupName as string;
            if (kept.has(name)) group.kmsKeyId = kept.get(name);
        }
        return { ...answered, headers: type, body: JSON.stringify(answer) };
    };
}

/** Puts into answers what was asked of a thing before, by the argument's name. */
export function forgets(
    element: string,
    id: string,
    names: readonly (readonly [argument: string, member: string])[],
): Mend {
    const kept = new Map<string, Map<string, string>>();
    return async ({ body }, forward) => {
        const form = new URLSearchParams(body.toString());
        const own = form.get(id);
        if (own !== null) {
            const before = kept.get(own) ?? new Map<string, string>();
            for (const [argument, member] of names) {
                const given = form.get(argument);
                if (given !== null) before.set(member, given);
            }
            kept.set(own, before);
        }
        const answered = await forward();
        const whole = new RegExp(`<${element}>(?:(?!</${element}>)[\\s\\S])*</${element}>`, "g");
        const text = answered.body.toString().replace(whole, (one) => {
            const found = kept.get(new RegExp(`<${id}>(.*?)</${id}>`).exec(one)?.[1] ?? "");
            if (!found) return one;
            const without = [...found.keys()].reduce(
                (left, name) => left.replace(new RegExp(`<${name}>[^<]*</${name}>|<${name} ?/>`), ""),
                one,
            );
            const all = [...found].map(([name, value]) => `<${name}>${value}</${name}>`).join("");
            return without.replace(new RegExp(`</${element}>$`), `${all}</${element}>`);
        });
        const { "content-length": length, ...headers } = answered.headers;
        void length;
        return { ...answered, headers, body: text };
    };
}

/** Certificates say whether they may be exported, also when nobody asked for it. */
export const certificates: Mend = ({ body }, forward) => {
    const given = JSON.parse(body.toString()) as { Options?: object };
    const asked = JSON.stringify({ ...given, Options: { Export: "DISABLED", ...given.Options } });
    return forward({ body: Buffer.from(asked) });
};

/** What is scaled has tags. */
export function scalableTargets(): Mend {
    const all = new Map<string, Record<string, string>>();
    return async ({ action, body }, forward) => {
        const { ResourceARN, Tags, TagKeys } = JSON.parse(body.toString()) as {
            ResourceARN: string;
            Tags?: Record<string, string>;
            TagKeys?: string[];
        };
        const answered = action === "RegisterScalableTarget" ? await forward() : undefined;
        const arn = answered
            ? (JSON.parse(answered.body.toString()) as { ScalableTargetARN: string }).ScalableTargetARN
            : ResourceARN;
        const kept = { ...all.get(arn), ...Tags };
        for (const key of TagKeys ?? []) delete kept[key];
        all.set(arn, kept);
        return answered ?? json(action === "ListTagsForResource" ? { Tags: kept } : {});
    };
}

const type = { "content-type": "application/x-amz-json-1.1" };

export function json(body: object): Answered {
    return { status: 200, headers: type, body: JSON.stringify(body) };
}

export function xml(body: string): Answered {
    return { status: 200, headers: { "content-type": "text/xml" }, body };
}
