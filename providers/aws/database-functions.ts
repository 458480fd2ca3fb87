/** The two functions that make a database's users: none is both within the network and able to reach the secrets. */

import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as iam from "@pulumi/aws/iam";
import * as lambda from "@pulumi/aws/lambda";
import type { DatabaseSpec } from "../../components/database";
import type { Site } from "../../components/site";
import type { Server } from "./database-accounts";
import type { Place } from "./database-place";
import type { Statement } from "./grants";
import { retentionFor } from "./log-retention";
import { shortName } from "./names";
import { role } from "./role";
import { connections, securityGroup } from "./security-group";
import { tags } from "./tags";

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
    const settle = make(site, place, "settle", {
        description: `Makes users of the database ${site.name}, from within the network`,
        managed: ["service-role/AWSLambdaENIManagementAccess"],
        may: [],
        code: archive("settle", spec.engine === "postgres" ? "pg" : "mysql2"),
        vpcConfig: { subnetIds: place.subnets, securityGroupIds: [group.id] },
    });
    const keep = make(site, place, "keep", {
        description: `Keeps the passwords of the database ${site.name}`,
        managed: [],
        may: [
            { actions: ["lambda:InvokeFunction"], on: [settle.made.arn] },
            { actions: ["secretsmanager:GetSecretValue"], on: [server.admin] },
            encryption.through("secretsmanager", "kms:Decrypt", "kms:GenerateDataKey"),
        ],
        code: archive("keep"),
    });
    return {
        keep: keep.made,
        keepRole: keep.role,
        settle: settle.made,
        ready: [...settle.policies, ...keep.policies],
    };
}

interface Given {
    readonly description: string;
    readonly managed: readonly string[];
    readonly may: readonly Statement[];
    readonly code: pulumi.asset.Archive;
    readonly vpcConfig?: lambda.FunctionArgs["vpcConfig"];
}

function make(site: Site, place: Place, key: "keep" | "settle", { description, managed, may, code, vpcConfig }: Given) {
    const log = site.make(`${key}Log`, cloudwatch.LogGroup, {
        retentionInDays: retentionFor({ dev: 30, small: 90, prod: 365 }[site.settings.profile]),
        kmsKeyId: place.encryption.arn,
        tags: tags(site),
    });
    const { role: own, policies } = role(site, `${key}Role`, {
        service: "lambda.amazonaws.com",
        // Lambda names no source when it takes a role; that it is of this account, IAM sees to when the role is given.
        source: {},
        description,
        managed,
        may: [
            {
                actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
                on: [pulumi.interpolate`${log.arn}:*`],
            },
            ...may,
        ],
    });
    const logical = `${site.name}-${key}`;
    const made = site.make(
        key,
        lambda.Function,
        {
            // Names of functions end at 64 characters, Pulumi's own end takes eight.
            name: logical.length > 56 ? shortName(logical, 64) : undefined,
            description,
            role: own.arn,
            runtime: "nodejs22.x",
            architectures: ["arm64"],
            handler: "index.handler",
            code,
            memorySize: 256,
            timeout: 120,
            tracingConfig: { mode: "PassThrough" },
            loggingConfig: { logFormat: "JSON", logGroup: log.name },
            vpcConfig,
            // Its network cards outlive it by some minutes, in a group that would have to wait for them.
            replaceSecurityGroupsOnDestroy: vpcConfig ? true : undefined,
            tags: tags(site),
        },
        { dependsOn: policies },
    );
    return { made, role: own, policies };
}

/** A function's code: a file of `database-users`, and the library with which it speaks to the database. */
function archive(name: "keep" | "settle", library?: string): pulumi.asset.Archive {
    // This package's own tests run from the source, and run nothing there.
    const file = path.join(__dirname, "database-users", `${name}${path.extname(__filename)}`);
    const libraries = library === undefined ? [] : closure(library);
    return new pulumi.asset.AssetArchive({
        "index.js": new pulumi.asset.FileAsset(file),
        ...Object.fromEntries(
            libraries.map(([at, folder]) => [`node_modules/${at}`, new pulumi.asset.FileArchive(folder)]),
        ),
    });
}

/** A package and all that it needs, by name, with their folders. @throws when it is not installed, with the command that installs it */
export function closure(name: string): [string, string][] {
    const found = new Map<string, string>();
    const add = (dependency: string, from: string): void => {
        if (found.has(dependency)) return;
        const folder = folderOf(dependency, from);
        if (folder === undefined)
            throw new pulumi.RunError(`A database on aws needs ${dependency}: run \`npm install ${name}\``);
        found.set(dependency, folder);
        const { dependencies = {} } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")) as {
            dependencies?: Record<string, string>;
        };
        for (const needed of Object.keys(dependencies)) add(needed, folder);
    };
    add(name, __dirname);
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** As Node looks for it: upwards. */
function folderOf(name: string, from: string): string | undefined {
    for (let at = from; ; at = path.dirname(at)) {
        const folder = path.join(at, "node_modules", name);
        if (fs.existsSync(path.join(folder, "package.json"))) return folder;
        if (at === path.dirname(at)) return undefined;
    }
}
