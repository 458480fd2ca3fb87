import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as iam from "@pulumi/aws/iam";
import * as lambda from "@pulumi/aws/lambda";
import type { Site } from "../../components/site";
import type { Statement } from "./grants";
import { retentionFor } from "./log-retention";
import { shortName } from "./names";
import { role } from "./role";
import { tags } from "./tags";

/** FunctionArgs says what one of our own functions does. */
export interface FunctionArgs {
    readonly description: string;
    /** What it may do, besides writing its log. @default nothing */
    readonly may?: readonly Statement[];
    /** See {@link codeOf}. */
    readonly code: pulumi.asset.Archive;
    /** Encrypts its log. */
    readonly key: pulumi.Input<string>;
    /** MiB. @default 256 */
    readonly memory?: number;
    /** Seconds. @default 120 */
    readonly timeout?: number;
    /** Writes only what went wrong. @default false */
    readonly quiet?: boolean;
    /** @default outside of every network */
    readonly vpcConfig?: lambda.FunctionArgs["vpcConfig"];
}

/** A function of ours on Lambda. Its children are `key`, `<key>Log`, `<key>Role` and what {@link role} makes. */
export function makeFunction(
    site: Site,
    key: string,
    args: FunctionArgs,
): { made: lambda.Function; role: iam.Role; policies: pulumi.Resource[] } {
    const { description, may = [], code, memory = 256, timeout = 120, quiet = false, vpcConfig } = args;
    const log = site.make(`${key}Log`, cloudwatch.LogGroup, {
        retentionInDays: retentionFor({ dev: 30, small: 90, prod: 365 }[site.settings.profile]),
        kmsKeyId: args.key,
        tags: tags(site),
    });
    const { role: own, policies } = role(site, `${key}Role`, {
        service: "lambda.amazonaws.com",
        // Lambda names no source when it takes a role; that it is of this account, IAM sees to when the role is given.
        source: {},
        description,
        may: [
            { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], on: [pulumi.interpolate`${log.arn}:*`] },
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
            memorySize: memory,
            timeout,
            tracingConfig: { mode: "PassThrough" },
            loggingConfig: {
                logFormat: "JSON",
                logGroup: log.name,
                ...(quiet ? { applicationLogLevel: "WARN", systemLogLevel: "WARN" } : {}),
            },
            vpcConfig,
            // Its network cards outlive it by some minutes, in a group that would have to wait for them.
            replaceSecurityGroupsOnDestroy: vpcConfig ? true : undefined,
            tags: tags(site),
        },
        { dependsOn: policies },
    );
    return { made, role: own, policies };
}

/** A function's code: a file of this folder (`database-users/keep`), and the library that it needs besides Lambda's own. */
export function codeOf(file: string, library?: string): pulumi.asset.Archive {
    // This package's own tests run from the source, and run nothing there.
    const whole = path.join(__dirname, `${file}${path.extname(__filename)}`);
    const libraries = library === undefined ? [] : closure(library);
    return new pulumi.asset.AssetArchive({
        "index.js": new pulumi.asset.FileAsset(whole),
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
