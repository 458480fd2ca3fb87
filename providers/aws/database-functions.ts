/** The two functions that make a database's users: none is both within the network and able to reach the secrets. */

import * as pulumi from "@pulumi/pulumi";
import type * as iam from "@pulumi/aws/iam";
import type * as lambda from "@pulumi/aws/lambda";
import type { DatabaseSpec } from "../../components/database";
import type { Site } from "../../components/site";
import { accountOf } from "./account";
import type { Server } from "./database-accounts";
import type { Place } from "./database-place";
import { codeOf, makeFunction } from "./function";
import type { Statement } from "./grants";
import { connections, securityGroup } from "./security-group";

export interface Functions {
    /** Makes up a password, has it set, and keeps it in the user's secret. */
    readonly keep: lambda.Function;
    readonly keepRole: iam.Role;
    /** Sets it, within the network. */
    readonly settle: lambda.Function;
    /** What must be there before a call. */
    readonly ready: readonly pulumi.Resource[];
}

export function functions(site: Site, spec: DatabaseSpec, place: Place, server: Server): Functions {
    const { encryption } = place;
    const group = securityGroup(site, "settleGroup", spec.network, `What makes users of the database ${site.name}`);
    connections(site, group, [{ to: site.name, group: place.group.id, port: server.port }]);
    const settle = makeFunction(site, "settle", {
        description: `Makes users of the database ${site.name}, from within the network`,
        may: networkCards(site, place.subnets, group.id),
        code: codeOf("database-users/settle", spec.engine === "postgres" ? "pg" : "mysql2"),
        key: encryption.arn,
        vpcConfig: { subnetIds: place.subnets, securityGroupIds: [group.id] },
    });
    const keep = makeFunction(site, "keep", {
        description: `Keeps the passwords of the database ${site.name}`,
        may: [
            { actions: ["lambda:InvokeFunction"], on: [settle.made.arn] },
            { actions: ["secretsmanager:GetSecretValue"], on: [server.admin] },
            encryption.through("secretsmanager", "kms:Decrypt", "kms:GenerateDataKey"),
        ],
        code: codeOf("database-users/keep"),
        key: encryption.arn,
    });
    return {
        keep: keep.made,
        keepRole: keep.role,
        settle: settle.made,
        ready: [...settle.policies, ...keep.policies],
    };
}

/**
 * What Lambda does by a function's role to put it into a network ("Giving Lambda functions access to resources in an Amazon
 * VPC"): its cards in our subnets, with our group. Before it makes a function, Lambda asks whether the role may delete a card
 * and give it addresses, and of no card by name, so that what is allowed on cards alone is refused. The function's own code may
 * do none of it: only with that does a call name the function.
 */
function networkCards(site: Site, subnets: pulumi.Output<string[]>, group: pulumi.Output<string>): Statement[] {
    const { id, partition, region } = accountOf(site);
    const here = pulumi.interpolate`arn:${partition}:ec2:${region}:${id}`;
    const cards = pulumi.interpolate`${here}:network-interface/*`;
    const own = pulumi
        .all([here, subnets, group])
        .apply(([at, ids, one]) => [...ids.map((id) => `${at}:subnet/${id}`), `${at}:security-group/${one}`]);
    const when = { Null: { "lambda:SourceFunctionArn": "true" } };
    return [
        { actions: ["ec2:CreateNetworkInterface"], on: [cards, own], when },
        {
            actions: [
                "ec2:AssignPrivateIpAddresses",
                "ec2:DeleteNetworkInterface",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSubnets",
                "ec2:UnassignPrivateIpAddresses",
            ],
            on: ["*"],
            when,
        },
    ];
}
