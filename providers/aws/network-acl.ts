import * as ec2 from "@pulumi/aws/ec2";
import type { Site } from "../../components/site";
import { Gathered } from "../declared";
import { tags } from "./tags";

/** Where people log in to machines: SSH and Remote Desktop. */
const administration = [22, 3389];

/** By number, as AWS keeps them. */
const protocols = { all: "-1", icmp: "1", tcp: "6", udp: "17" };

/**
 * The list of a VPC, which each of its subnets has: the internet reaches no port of administration, whatever a security
 * group lets in; machines of private addresses do (CIS 6.2, Security Hub's EC2.21). Answers come back through it as well: so
 * all other ports are open here, and security groups say who reaches what. One in 64,000 connections of a NAT gateway has
 * 3389 for its own port, gets no answer, and must be tried again.
 *
 * @returns opens a port of administration, on which something is declared to listen: once for each
 */
export function networkAcl(site: Site, vpc: ec2.Vpc): (port: number) => void {
    const opened = new Gathered<number>();
    site.make(
        "acl",
        ec2.DefaultNetworkAcl,
        {
            defaultNetworkAclId: vpc.defaultNetworkAclId,
            ingress: opened.all.then((ports) => [...closed(), ...[...new Set(ports)].sort((a, b) => a - b).map(open)]),
            egress: [rule(100, "0.0.0.0/0", "all")],
            tags: tags(site, { Name: `${site.name}-default` }),
        },
        // Which subnets have it is AWS's to say: all that have no other one.
        { ignoreChanges: ["subnetIds"] },
    );
    return (port) => {
        if (administration.includes(port)) opened.add(port);
    };
}

/** The rules below 200: from private addresses all, from the internet all but these ports. */
function closed() {
    return [
        ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((range, index) => rule(100 + index, range, "all")),
        ...between(administration).flatMap(([from, to], index) => [
            rule(120 + index, "0.0.0.0/0", "tcp", from, to),
            rule(140 + index, "0.0.0.0/0", "udp", from, to),
        ]),
        rule(160, "0.0.0.0/0", "icmp"),
    ];
}

const open = (port: number, index: number) => rule(200 + index, "0.0.0.0/0", "tcp", port, port);

/** All ports but these. */
function between(ports: readonly number[]): [number, number][] {
    return [...ports, 65_536].map((port, index) => [index ? ports[index - 1] + 1 : 0, port - 1]);
}

function rule(ruleNo: number, cidrBlock: string, protocol: keyof typeof protocols, fromPort = 0, toPort = 0) {
    const any = protocol === "icmp" ? { icmpType: -1, icmpCode: -1 } : {};
    return { ruleNo, action: "allow", cidrBlock, protocol: protocols[protocol], fromPort, toPort, ...any };
}
