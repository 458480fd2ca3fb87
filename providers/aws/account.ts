import type * as pulumi from "@pulumi/pulumi";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import { stackScope } from "../../components/cloud";
import type { Site } from "../../components/site";

/** Account is where a stack's resources are made. */
export interface Account {
    /** Its twelve digits. */
    readonly id: pulumi.Output<string>;
    /** Such as `eu-central-1`. */
    readonly region: pulumi.Output<string>;
    /** `aws`; in China and for the US government another one. */
    readonly partition: pulumi.Output<string>;
}

const known = new WeakMap<object, Map<pulumi.ProviderResource | undefined, Account>>();

/** The account and region of a component: asked for once in a stack, and once more for each provider of its own. */
export function accountOf({ component }: Pick<Site, "component">): Account {
    const scope = stackScope();
    const accounts = known.get(scope) ?? new Map<pulumi.ProviderResource | undefined, Account>();
    known.set(scope, accounts);
    const provider = component.getProvider("aws:index:getCallerIdentity");
    let account = accounts.get(provider);
    if (!account) {
        const identity = getCallerIdentityOutput({}, { provider });
        const { region } = getRegionOutput({}, { provider });
        account = {
            id: identity.accountId,
            region,
            partition: identity.arn.apply((arn) => arn.split(":")[1]),
        };
        accounts.set(provider, account);
    }
    return account;
}
