import * as pulumi from "@pulumi/pulumi";
import * as ec2 from "@pulumi/aws/ec2";
import type { Site } from "../../components/site";
import { Gathered } from "../declared";
import { accountOf } from "./account";
import type { AwsNetwork } from "./network";
import { always, gateways } from "./network-egress";

/**
 * AWS's APIs from a VPC that is there and has no way out. What runs is let out to the network's own addresses, where
 * interface endpoints stand, and to AWS's lists of addresses of S3 and DynamoDB, which gateway endpoints lead to: an image's
 * layers come from S3, by a gateway endpoint ("Amazon ECR interface VPC endpoints", Amazon ECR User Guide).
 *
 * The endpoints are the owner's. Those that what runs there needs are looked for, as soon as anything does: without one, a
 * task would never start, and that would be told a quarter of an hour later, by ECS.
 */
export function endpointsThere(site: Site, vpcId: string): Pick<AwsNetwork, "prefixLists" | "reach"> {
    const { region } = accountOf(site);
    const options = { provider: site.component.getProvider("aws:ec2/getVpcEndpoint:getVpcEndpoint") };
    const wanted = new Gathered<readonly string[]>();
    const complete = pulumi.all([wanted.all, region]).apply(async ([apis, where]) => {
        const nameOf = (api: string) => `com.amazonaws.${where}.${api}`;
        // Databases alone ask for nothing.
        const all = apis.length ? [...new Set(["s3", ...always, ...apis.flat()])] : [];
        const found = await Promise.all(
            all.map((api) => isThere({ vpcId, serviceName: nameOf(api), filters: typeOf(api) }, options)),
        );
        const missing = all.filter((_, index) => !found[index]);
        refuseWithout(
            site.name,
            vpcId,
            missing.map((api) => (gateways.includes(api) ? `${nameOf(api)} (of type Gateway)` : nameOf(api))),
        );
        const lists = gateways.map((api) => ec2.getManagedPrefixList({ name: nameOf(api) }, options));
        return (await Promise.all(lists)).map(({ id }) => id);
    });
    return { prefixLists: gateways.map((_, index) => complete[index]), reach: (apis) => wanted.add(apis) };
}

/** An interface endpoint has addresses of its own: by an API's ordinary name, it is not always reached. */
function typeOf(api: string): ec2.GetVpcEndpointArgs["filters"] {
    return gateways.includes(api) ? [{ name: "vpc-endpoint-type", values: ["Gateway"] }] : undefined;
}

/** An endpoint of a kind: several of them are as good as one. */
async function isThere(asked: ec2.GetVpcEndpointArgs, options: pulumi.InvokeOptions): Promise<boolean> {
    try {
        await ec2.getVpcEndpoint({ ...asked, state: "available" }, options);
        return true;
    } catch (error) {
        const { message } = error as Error;
        if (/multiple .* matched/i.test(message)) return true;
        if (/no matching .* found/i.test(message)) return false;
        throw error;
    }
}

/** @throws naming the endpoints that a network lacks */
export function refuseWithout(name: string, vpc: string, missing: readonly string[]): void {
    if (!missing.length) return;
    throw new pulumi.RunError(
        `Network ${name}: existing: ${vpc} has no endpoint for ${missing.join(", ")}, which what runs there needs with ` +
            `\`egress: "none"\`: make what is missing in it, or choose the \`egress\` by which AWS is reached from it`,
    );
}
