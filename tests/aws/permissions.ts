import type { Emulator } from "./emulator";
import type { Answered, Asked, Mend } from "./gateway";

interface Statement {
    readonly Effect: "Allow" | "Deny";
    readonly Action: string | string[];
    readonly Resource: string | string[];
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;
}

/**
 * Permissions judges calls by the policies of the role whose credentials they are signed with, as they stand in the
 * emulator: nothing is allowed that none of them allows. (The emulator's own judgement knows a resource of S3's only.)
 */
export class Permissions {
    private readonly roles = new Map<string, string>();

    /** Put before a gateway's other mends. */
    readonly mend: Mend = (asked, forward) => {
        const key = /Credential=([^/]+)\//.exec(asked.headers.authorization ?? "")?.[1] ?? "";
        const role = this.roles.get(key);
        return role === undefined ? undefined : this.judge(role, asked, forward);
    };

    /** Credentials of a role, for `Emulator.ask`. */
    async assume(emulator: Emulator, roleArn: string): Promise<string> {
        const given = { RoleArn: roleArn, RoleSessionName: "test" };
        const answer = await emulator.ask<string>("sts", "2011-06-15 AssumeRole", given);
        const key = /<AccessKeyId>(.*?)</.exec(answer)![1];
        const name = roleArn.split("/").pop()!;
        const list = await emulator.ask<string>("iam", "2010-05-08 ListRolePolicies", { RoleName: name });
        const names = [...list.matchAll(/<member>(.*?)</g)].map(([, one]) => one);
        const policies = await Promise.all(
            names.map((PolicyName) =>
                emulator.ask<string>("iam", "2010-05-08 GetRolePolicy", { RoleName: name, PolicyName }),
            ),
        );
        this.policies.set(
            name,
            policies.flatMap((one) => {
                const text = decodeURIComponent(/<PolicyDocument>([\s\S]*?)</.exec(one)![1].replaceAll("&quot;", '"'));
                return (JSON.parse(text) as { Statement: Statement[] }).Statement;
            }),
        );
        this.roles.set(key, name);
        return key;
    }
    private readonly policies = new Map<string, readonly Statement[]>();

    private judge(role: string, asked: Asked, forward: () => Promise<Answered>): Promise<Answered> {
        const { action, resource, context } = meaning(asked);
        const allows = (one: Statement) =>
            list(one.Action).some((pattern) => matches(pattern, action)) &&
            list(one.Resource).some((pattern) => matches(pattern, resource)) &&
            Object.entries(one.Condition ?? {}).every(([operator, keys]) => {
                if (operator !== "StringEquals") throw new Error(`${role}: nobody has taught this test ${operator}`);
                return Object.entries(keys).every(([key, values]) => list(values).includes(context[key]));
            });
        const statements = this.policies.get(role)!;
        if (statements.some((one) => one.Effect === "Allow" && allows(one))) return forward();
        return Promise.resolve({ status: 403, headers: {}, body: `AccessDenied: ${role}: ${action} on ${resource}` });
    }
}

const here = "arn:aws";
const account = "123456789012";

/** What a call does to what, in IAM's words. */
function meaning({ service, action, method, path, body }: Asked) {
    const region = "us-east-1";
    const arn = (name: string) => `${here}:${service}:${region}:${account}:${name}`;
    const context: Record<string, string> = { "aws:RequestedRegion": region };
    if (service === "s3") {
        const name = decodeURIComponent(path.split("?")[0].slice(1)).replace(/\/$/, "");
        const verb = name.includes("/") ? `${method[0]}${method.slice(1).toLowerCase()}Object` : "ListBucket";
        return { action: `s3:${verb}`, resource: `arn:aws:s3:::${name}`, context };
    }
    if (service === "monitoring") {
        const form = new URLSearchParams(body.toString());
        context["cloudwatch:namespace"] = form.get("Namespace") ?? "";
        return { action: `cloudwatch:${action}`, resource: "*", context };
    }
    const asked = JSON.parse(body.toString()) as Record<string, string>;
    const resource = {
        dynamodb: () => arn(`table/${asked.TableName}`),
        kms: () => arn(`key/${asked.KeyId}`),
        secretsmanager: () => asked.SecretId,
        logs: () => arn(`log-group:${asked.logGroupName}:log-stream:${asked.logStreamName}`),
    }[service];
    if (!resource) throw new Error(`nobody has taught this test what ${service} does`);
    return { action: `${service}:${action}`, resource: resource(), context };
}

const list = (one: string | string[]) => (Array.isArray(one) ? one : [one]);

function matches(pattern: string, value: string): boolean {
    const parts = pattern.split("*").map((part) => part.replace(/[.+^${}()|[\]\\?]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`).test(value);
}
