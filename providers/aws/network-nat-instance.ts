import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as ssm from "@pulumi/aws/ssm";
import * as vpc from "@pulumi/aws/vpc";
import type { Site } from "../../components/site";
import type { Ways } from "./network-egress";
import { prefixed } from "./names";
import { role } from "./role";
import { systemsManager } from "./systems-manager";
import { tags } from "./tags";

/** AWS's own Linux, for the cheapest machine there is. */
const system = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

/** Sends on what the network's machines say to the internet, with its own address. It brings itself up to date each night. */
const userData = `#!/bin/sh
set -eu
printf 'net.ipv4.ip_forward=1\\n' > /etc/sysctl.d/90-nat.conf
sysctl --system
dnf install -y nftables dnf-automatic
card=$(ip -o route get 1.1.1.1 | sed 's/.* dev \\([^ ]*\\).*/\\1/')
cat > /etc/sysconfig/nftables.conf <<RULES
flush ruleset
table ip nat {
    chain postrouting {
        type nat hook postrouting priority srcnat
        oifname "$card" masquerade
    }
}
RULES
sed -i 's/^apply_updates.*/apply_updates = yes/' /etc/dnf/automatic.conf
systemctl enable --now nftables dnf-automatic.timer
`;

/**
 * A machine that is the way out for all zones. Its network card and address outlive it: routes stay as they are when it is
 * replaced, and EC2 moves it by itself when its host fails.
 */
export function natInstance(site: Site, { vpc: own, range, public: [subnet], gateway }: Ways): ec2.NetworkInterface {
    const named = tags(site, { Name: `${site.name}-nat` });
    const group = site.make("natGroup", ec2.SecurityGroup, {
        ...prefixed(`${site.name}-natGroup`, 255, "namePrefix", "securityGroup"),
        vpcId: own.id,
        description: `The way out of ${site.name}`,
        tags: named,
    });
    for (const ipProtocol of ["tcp", "udp"] as const) {
        const ports = { ipProtocol, fromPort: 0, toPort: 65535, tags: tags(site) };
        site.make(
            "natRuleIn",
            vpc.SecurityGroupIngressRule,
            { ...ports, securityGroupId: group.id, cidrIpv4: range, description: "What goes out of the network" },
            { instance: ipProtocol },
        );
        site.make(
            "natRuleOut",
            vpc.SecurityGroupEgressRule,
            { ...ports, securityGroupId: group.id, cidrIpv4: "0.0.0.0/0", description: "To the internet" },
            { instance: ipProtocol },
        );
    }
    const { role: machine, policies } = role(site, "natRole", {
        service: "ec2.amazonaws.com",
        description: "Lets AWS Systems Manager reach the way out of a network",
        may: systemsManager(site),
    });
    const profile = site.make("natProfile", iam.InstanceProfile, {
        ...prefixed(`${site.name}-natProfile`, 128, "namePrefix"),
        role: machine.name,
        tags: tags(site),
    });
    const card = site.make("natCard", ec2.NetworkInterface, {
        subnetId: subnet.id,
        securityGroups: [group.id],
        sourceDestCheck: false,
        description: `The way out of ${site.name}`,
        tags: named,
    });
    const address = site.make(
        "natAddress",
        ec2.Eip,
        { domain: "vpc", networkInterface: card.id, tags: named },
        { instance: "machine", dependsOn: gateway },
    );
    const provider = site.component.getProvider("aws:index:getParameter");
    site.make(
        "natMachine",
        ec2.Instance,
        {
            ami: ssm.getParameterOutput({ name: system }, { provider }).value,
            instanceType: "t4g.nano",
            primaryNetworkInterface: { networkInterfaceId: card.id },
            iamInstanceProfile: profile.name,
            metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
            rootBlockDevice: { encrypted: true, volumeType: "gp3", volumeSize: 8, tags: named },
            ebsOptimized: true,
            // By the minute in place of every five costs 2.10 US dollars a month, two thirds of the machine.
            monitoring: site.settings.profile === "prod",
            userData,
            userDataReplaceOnChange: true,
            tags: named,
        },
        // It updates itself: a newer image is no reason to cut everybody off. Its card is one, so the old machine goes first.
        { ignoreChanges: ["ami"], deleteBeforeReplace: true, dependsOn: [address, ...policies] },
    );
    return card;
}
