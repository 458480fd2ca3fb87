import * as iam from "@pulumi/aws/iam";
import { tags } from "./tags";

/** The roles by which AWS's services act in the account, by name: whose they are. */
const services: Readonly<Record<string, string>> = {
    AWSServiceRoleForECS: "ecs.amazonaws.com",
    AWSServiceRoleForApplicationAutoScaling_ECSService: "ecs.application-autoscaling.amazonaws.com",
    AWSServiceRoleForAutoScaling: "autoscaling.amazonaws.com",
    AWSServiceRoleForElasticLoadBalancing: "elasticloadbalancing.amazonaws.com",
    AWSServiceRoleForRDS: "rds.amazonaws.com",
    AWSServiceRoleForElastiCache: "elasticache.amazonaws.com",
};

/**
 * Makes those which are not there. AWS makes each with the first resource of its service, which may then fail, since the
 * role is not yet known everywhere ("Unable to assume the service linked role").
 */
export async function linkedRoles(): Promise<void> {
    const mine = tags("linked-roles");
    for (const [name, awsServiceName] of Object.entries(services)) {
        const there = await find(name);
        if (there && there["mvi:app"] !== mine["mvi:app"]) continue; // AWS's own, or somebody else's: it stays as it is
        new iam.ServiceLinkedRole(name, { awsServiceName, tags: mine });
    }
}

/** A role's tags; undefined when there is none. @throws what IAM says else */
async function find(name: string): Promise<Readonly<Record<string, string>> | undefined> {
    try {
        return (await iam.getRole({ name })).tags ?? {};
    } catch (error) {
        if (/NoSuchEntity|couldn't find|not found|empty result/i.test(String(error))) return undefined;
        throw error;
    }
}
