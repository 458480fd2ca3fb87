import * as pulumi from "@pulumi/pulumi";
import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import type { NetworkSpec } from "../../components/network";
import type { Site } from "../../components/site";
import { accountOf } from "./account";
import { prefixed } from "./names";
import { natInstance } from "./network-nat-instance";
import { letters } from "./subnets";
import { tags } from "./tags";

/** Ways are what a way out is made of. */
export interface Ways {
    readonly vpc: ec2.Vpc;
    readonly range: string;
    readonly gateway: ec2.InternetGateway;
    readonly public: readonly ec2.Subnet[];
    readonly private: readonly ec2.Subnet[];
    /** One for each zone, in the subnets' order. */
    readonly privateTables: readonly ec2.RouteTable[];
}

/** Without these no task of Fargate starts: the image, its output, its secrets. */
export const always: readonly string[] = ["ecr.api", "ecr.dkr", "logs", "secretsmanager"];

/** What has a gateway in each network, for nothing, in place of an endpoint with a price. */
export const gateways: readonly string[] = ["s3", "dynamodb"];

/** Makes the way out, and answers how AWS's APIs are made reachable: where there is a way out, they are. */
export function makeEgress(site: Site, egress: NetworkSpec["egress"], ways: Ways): (apis: readonly string[]) => void {
    if (egress === "none") {
        const reach = endpoints(site, ways);
        reach(always);
        return reach;
    }
    if (egress === "nat-gateway") natGateways(site, ways);
    if (egress === "nat-instance") {
        const card = natInstance(site, ways);
        ways.privateTables.forEach((table, index) =>
            route(site, letters[index], table, { networkInterfaceId: card.id }),
        );
    }
    return () => undefined;
}

/** One in each zone at `prod`, so that a zone's end is no other's; else one for all. */
function natGateways(site: Site, { public: subnets, privateTables, gateway }: Ways): void {
    const each = site.settings.profile === "prod" ? subnets : subnets.slice(0, 1);
    const made = each.map((subnet, index) => {
        const instance = letters[index];
        const named = tags(site, { Name: `${site.name}-nat-${instance}` });
        const address = site.make(
            "natAddress",
            ec2.Eip,
            { domain: "vpc", tags: named },
            { instance, dependsOn: gateway },
        );
        return site.make(
            "natGateway",
            ec2.NatGateway,
            { subnetId: subnet.id, allocationId: address.allocationId, tags: named },
            { instance, dependsOn: gateway },
        );
    });
    privateTables.forEach((table, index) =>
        route(site, letters[index], table, { natGatewayId: made[index % made.length].id }),
    );
}

/** AWS's APIs within the VPC, under their ordinary names: each is made when the first one needs it. */
function endpoints(site: Site, { vpc: own, range, private: subnets }: Ways): (apis: readonly string[]) => void {
    const group = site.make("endpointGroup", ec2.SecurityGroup, {
        ...prefixed(`${site.name}-endpointGroup`, 255, "namePrefix", "securityGroup"),
        vpcId: own.id,
        description: `Endpoints of AWS in ${site.name}`,
        tags: tags(site, { Name: `${site.name}-endpoints` }),
    });
    site.make("endpointRule", vpc.SecurityGroupIngressRule, {
        securityGroupId: group.id,
        description: "HTTPS from within the network",
        cidrIpv4: range,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        tags: tags(site),
    });
    const { region } = accountOf(site);
    const made = new Set<string>(gateways);
    const zones = site.settings.profile === "prod" ? subnets : subnets.slice(0, 1);
    return (apis) => {
        for (const api of apis) {
            if (made.has(api)) continue;
            made.add(api);
            site.make(
                "endpoint",
                ec2.VpcEndpoint,
                {
                    vpcId: own.id,
                    vpcEndpointType: "Interface",
                    serviceName: pulumi.interpolate`com.amazonaws.${region}.${api}`,
                    subnetIds: zones.map(({ id }) => id),
                    securityGroupIds: [group.id],
                    privateDnsEnabled: true,
                    tags: tags(site, { Name: `${site.name}-${api}` }),
                },
                { instance: api },
            );
        }
    };
}

function route(
    site: Site,
    instance: string,
    table: ec2.RouteTable,
    to: Pick<ec2.RouteArgs, "natGatewayId" | "networkInterfaceId">,
): void {
    site.make(
        "outRoute",
        ec2.Route,
        { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", ...to },
        { instance },
    );
}
