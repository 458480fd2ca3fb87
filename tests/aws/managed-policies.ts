import type { Registered } from "../support/mocks";
import { last } from "./program";

/** AWS's own policies that are given to a role of ours, with the reason why none of ours stands in its place. */
export const managedPolicies: Readonly<Record<string, string>> = {
    "service-role/AmazonRDSEnhancedMonitoringRole":
        "has a resource for each action: the log groups which RDS names by itself. RDS looks for these rights when the role is given",
    AWSSupportAccess:
        "support has no resources, and CIS 2.15 asks for this policy by its name. Who takes the role has a second factor",
};

/** The policies that are attached: by their ARN, whatever attaches them. */
export function attached(all: readonly Registered[]): string[] {
    return all.flatMap((one) => {
        const { policyArn, policyArns, managedPolicyArns, permissionsBoundary } = one.inputs;
        const given = [policyArn, policyArns, managedPolicyArns, permissionsBoundary].flat().filter(Boolean);
        const iam = one.type.startsWith("aws:iam/") || one.type.startsWith("aws:ssoadmin/");
        if (/PolicyAttachment/.test(last(one)) && !given.length) throw new Error(`${one.name} attaches nothing`);
        return iam ? given.map((arn) => (arn as string).replace(/^arn:aws:iam::aws:policy\//, "")) : [];
    });
}
