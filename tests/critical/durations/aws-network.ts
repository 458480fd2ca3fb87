/** How long AWS takes to make a network, and what stands at its edge. */

import { capstone, devsu, particle, rules, whole } from "./aws-logs";
import { type Duration, logged } from "./log";

/** A rule of a group is made by the same call as it was when one resource was for both directions. */
const rule = logged(
    `${rules}#L5149`,
    "module.database.aws_security_group_rule.usa_eks_to_proxy: Creation complete after 1s",
    3,
);

export const awsNetwork: Readonly<Record<string, Duration>> = {
    "aws:cloudfront/distribution:Distribution": logged(
        "https://github.com/binbashar/le-tf-infra-aws/pull/408",
        "module.dev_aws_binbash_com_ar.aws_cloudfront_distribution.default[0]: Creation complete after 3m15s",
        2,
    ),
    "aws:cloudfront/vpcOrigin:VpcOrigin": {
        // The most that it may be: see `halved`.
        seconds: 900,
        source: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html: up to 15 minutes",
    },
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": logged(
        `${devsu}#L1477`,
        "module.vpc.aws_default_network_acl.this[0]: Creation complete after 2s",
        2,
    ),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": logged(
        `${devsu}#L1485`,
        "module.vpc.aws_default_security_group.this[0]: Creation complete after 2s",
        2,
    ),
    "aws:ec2/eip:Eip": logged(`${devsu}#L1487`, "module.vpc.aws_eip.nat[0]: Creation complete after 1s", 6),
    "aws:ec2/internetGateway:InternetGateway": logged(
        `${devsu}#L1465`,
        "module.vpc.aws_internet_gateway.this[0]: Creation complete after 1s",
        9,
    ),
    "aws:ec2/natGateway:NatGateway": logged(
        `${particle}#L828`,
        "module.vpc.aws_nat_gateway.this[0]: Creation complete after 1m39s",
        4,
    ),
    "aws:ec2/route:Route": logged(
        `${particle}#L830`,
        "module.vpc.aws_route.private_nat_gateway[0]: Creation complete after 2s",
        4,
    ),
    "aws:ec2/routeTable:RouteTable": logged(
        `${whole}#L4959`,
        "module.networking[0].aws_route_table.private[0]: Creation complete after 1s",
        8,
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": logged(
        `${whole}#L4965`,
        "module.networking[0].aws_route_table_association.private[1]: Creation complete after 0s",
        8,
    ),
    "aws:ec2/securityGroup:SecurityGroup": logged(
        `${whole}#L4931`,
        "module.networking[0].aws_security_group.lambda: Creation complete after 2s",
        12,
    ),
    "aws:ec2/subnet:Subnet": logged(
        `${whole}#L4925`,
        "module.networking[0].aws_subnet.private[0]: Creation complete after 1s",
        10,
    ),
    "aws:ec2/vpc:Vpc": logged(`${devsu}#L1453`, "module.vpc.aws_vpc.this[0]: Creation complete after 12s", 9),
    "aws:ec2/vpcEndpoint:VpcEndpoint": logged(
        `${whole}#L4973`,
        "module.networking[0].aws_vpc_endpoint.s3[0]: Creation complete after 6s",
    ),
    "aws:lb/listener:Listener": logged(`${capstone}#L1285`, "aws_lb_listener.tcp_api: Creation complete after 0s", 2),
    "aws:lb/loadBalancer:LoadBalancer": logged(`${capstone}#L1267`, "aws_lb.alb: Creation complete after 2m21s", 2),
    "aws:lb/targetGroup:TargetGroup": logged(
        `${capstone}#L1043`,
        "aws_lb_target_group.a_api_tg: Creation complete after 0s",
        2,
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule,
};
