import type { Emulator } from "./emulator";
import type { Asked, Mend } from "./gateway";
import { policiesOf, type Statement } from "./role-policies";

/** What is done to what, in IAM's words. */
interface Deed {
    readonly action: string;
    readonly resource: string;
    /** What conditions look at: `kms:ViaService`. */
    readonly context: Readonly<Record<string, string>>;
}

/**
 * Permissions judges calls by the policies of the role whose credentials they are signed with, as they stand in the
 * emulator: nothing is allowed that none of them allows. (The emulator's own judgement knows a resource of S3's only.)
 */
export class Permissions {
    /** By the key's id. */
    private readonly roles = new Map<string, { readonly name: string; readonly policies: readonly Statement[] }>();

    /** Put before a gateway's other mends. */
    readonly mend: Mend = (asked, forward) => {
        const key = /Credential=([^/]+)\//.exec(asked.headers.authorization ?? "")?.[1] ?? "";
        const role = this.roles.get(key);
        if (!role) return undefined;
        const deed = meaning(asked);
        if (this.allows(key, deed)) return forward();
        const body = `AccessDenied: ${role.name}: ${deed.action} on ${deed.resource}`;
        return Promise.resolve({ status: 403, headers: {}, body });
    };

    /** Credentials of a role, for `Emulator.ask`. */
    async assume(emulator: Emulator, roleArn: string): Promise<string> {
        const given = { RoleArn: roleArn, RoleSessionName: "test" };
        const answer = await emulator.ask<string>("sts", "2011-06-15 AssumeRole", given);
        const key = /<AccessKeyId>(.*?)</.exec(answer)![1];
        const name = roleArn.split("/").pop()!;
        this.roles.set(key, { name, policies: await policiesOf(emulator, name) });
        return key;
    }

    /** Whether the role with these credentials may do it: also what the emulator never asks for, as KMS for another service. */
    allows(key: string, { action, resource, context }: Deed): boolean {
        const concerned = this.roles
            .get(key)!
            .policies.filter(
                (one) =>
                    list(one.Action).some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
                    list(one.Resource).some((pattern) => matches(pattern, resource)) &&
                    Object.entries(one.Condition?.StringEquals ?? {}).every(([name, values]) =>
                        list(values).includes(context[name]),
                    ),
            );
        return concerned.length > 0 && concerned.every(({ Effect }) => Effect === "Allow");
    }
}

const here = "arn:aws";
const account = "123456789012";

function meaning({ service, action, method, path, body }: Asked): Deed {
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
    const asked = JSON.parse(body.toString()) as Record<string, string | undefined>;
    const resource = {
        dynamodb: () => arn(`table/${asked.TableName}`),
        kms: () => (asked.KeyId!.startsWith("arn:") ? asked.KeyId! : arn(`key/${asked.KeyId}`)),
        secretsmanager: () => asked.SecretId!,
        // What is asked of the whole group is asked of a stream without a name.
        logs: () => arn(`log-group:${asked.logGroupName}:log-stream:${asked.logStreamName ?? ""}`),
    }[service];
    if (!resource) throw new Error(`nobody has taught this test what ${service} does`);
    return { action: `${service}:${action}`, resource: resource(), context };
}

const list = (one: string | string[]) => (Array.isArray(one) ? one : [one]);

function matches(pattern: string, value: string): boolean {
    const expression = pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".");
    return new RegExp(`^${expression}$`).test(value);
}
