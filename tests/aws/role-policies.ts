import type { Emulator } from "./emulator";

/** Statement is one of a role's own. */
export interface Statement {
    readonly Effect: "Allow" | "Deny";
    readonly Action: string | string[];
    readonly Resource: string | string[];
    readonly Condition?: { readonly StringEquals?: Readonly<Record<string, string | string[]>> };
}

/**
 * All that a role's policies say, its own ones and those attached to it.
 *
 * @throws when something in them cannot be judged: what is not understood must not pass
 */
export async function policiesOf(emulator: Emulator, RoleName: string): Promise<readonly Statement[]> {
    const iam = async (action: string, given: Record<string, string>) => {
        const answer = await emulator.ask<string>("iam", `2010-05-08 ${action}`, given);
        if (answer.includes("<IsTruncated>true")) throw new Error(`${RoleName}: ${action} tells only a part`);
        return answer;
    };
    if ((await iam("GetRole", { RoleName })).includes("<PermissionsBoundary>"))
        throw new Error(`${RoleName}: nobody has taught this test boundaries`);
    const documents: string[] = [];
    for (const PolicyName of all(await iam("ListRolePolicies", { RoleName }), "member"))
        documents.push(one(await iam("GetRolePolicy", { RoleName, PolicyName }), "PolicyDocument"));
    for (const PolicyArn of all(await iam("ListAttachedRolePolicies", { RoleName }), "PolicyArn")) {
        const VersionId = one(await iam("GetPolicy", { PolicyArn }), "DefaultVersionId");
        documents.push(one(await iam("GetPolicyVersion", { PolicyArn, VersionId }), "Document"));
    }
    return documents.flatMap((text) => {
        const { Statement: said } = JSON.parse(text.startsWith("%") ? decodeURIComponent(text) : text) as {
            Statement: Statement | Statement[];
        };
        return [said].flat().map((statement) => understood(RoleName, statement));
    });
}

function understood(role: string, statement: Statement): Statement {
    const strange = [
        ...Object.keys(statement).filter((key) => !["Sid", "Effect", "Action", "Resource", "Condition"].includes(key)),
        ...Object.keys(statement.Condition ?? {}).filter((operator) => operator !== "StringEquals"),
        ...(JSON.stringify(statement).includes("${") ? ["variables"] : []),
    ];
    if (strange.length) throw new Error(`${role}: nobody has taught this test ${strange.join(", ")}`);
    return statement;
}

function all(answer: string, element: string): string[] {
    const found = answer.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"));
    return [...found].map(([, text]) => text.replace(/&(quot|#34|#39|lt|gt|amp);/g, (_, name: string) => marks[name]));
}

function one(answer: string, element: string): string {
    const [text] = all(answer, element);
    if (text === undefined) throw new Error(`no ${element} in ${answer}`);
    return text;
}

const marks: Readonly<Record<string, string>> = { quot: '"', "#34": '"', "#39": "'", lt: "<", gt: ">", amp: "&" };
