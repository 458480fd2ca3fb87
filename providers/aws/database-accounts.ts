/** Who may log in to a database: one user who owns its data, one who reads it, each known to nobody but by its secret. */

import * as pulumi from "@pulumi/pulumi";
import * as iam from "@pulumi/aws/iam";
import * as lambda from "@pulumi/aws/lambda";
import * as secretsmanager from "@pulumi/aws/secretsmanager";
import type { DatabaseSpec } from "../../components/database";
import type { Access, Grant } from "../../components/link";
import type { Site } from "../../components/site";
import { names } from "./database-engine";
import { functions, type Functions } from "./database-functions";
import type { Place } from "./database-place";
import { type Permit, policy } from "./grants";
import { tags } from "./tags";
import { jsonOf } from "../together";

/** Server is a database which is there, with an administrator in a secret that RDS keeps. */
export interface Server {
    readonly host: pulumi.Output<string>;
    readonly port: number;
    /** The secret's ARN. */
    readonly admin: pulumi.Output<string>;
    /** Another one when the server is another one: its users are made again. */
    readonly generation: pulumi.Output<string>;
    readonly server: pulumi.Resource;
}

interface Account {
    /** The secret's ARN, when the user is there. */
    readonly ready: pulumi.Output<string>;
    readonly secret: secretsmanager.Secret;
}

/** What those get who use a database: the user's secret by reference, and a way to it. Users are made when the first link asks. */
export function accounts(site: Site, spec: DatabaseSpec, place: Place, server: Server) {
    const made = new Map<"write" | "read", Account>();
    let shared: Functions | undefined;
    return (access: readonly Access[]): Grant => {
        const kind = access.includes("write") ? "write" : "read";
        shared ??= functions(site, spec, place, server);
        const account = made.get(kind) ?? user(site, spec, place, server, shared, kind);
        made.set(kind, account);
        const from = (key: string) => pulumi.interpolate`${account.ready}:${key}::`;
        return {
            env: { HOST: server.host, PORT: `${server.port}`, NAME: names.database, USER: names[kind] },
            secrets: { URL: from("url"), PASSWORD: from("password") },
            permits: [
                {
                    start: [
                        { actions: ["secretsmanager:GetSecretValue"], on: [account.secret.arn] },
                        place.encryption.through("secretsmanager", "kms:Decrypt"),
                    ],
                    connect: [{ to: site.name, group: place.group.id, port: server.port }],
                } satisfies Permit,
            ],
        };
    };
}

function user(
    site: Site,
    spec: DatabaseSpec,
    place: Place,
    server: Server,
    { keep, settle, keepRole, ready }: Functions,
    access: "write" | "read",
): Account {
    const instance = names[access];
    const secret = site.make(
        "userSecret",
        secretsmanager.Secret,
        {
            description: `How ${instance} logs in to the database ${site.name}`,
            kmsKeyId: place.encryption.arn,
            recoveryWindowInDays: site.settings.protect ? 30 : 0,
            tags: tags(site),
        },
        { instance },
    );
    const may = site.make(
        "userPolicy",
        iam.RolePolicy,
        {
            role: keepRole.name,
            policy: policy([
                { actions: ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"], on: [secret.arn] },
            ]),
        },
        { instance },
    );
    const settled = site.make(
        "userMade",
        lambda.Invocation,
        {
            functionName: keep.name,
            input: jsonOf({
                engine: spec.engine,
                host: server.host,
                port: server.port,
                database: names.database,
                owner: names.write,
                admin: server.admin,
                user: { name: instance, access, secret: secret.arn },
                settle: settle.name,
            }),
            triggers: { generation: server.generation },
        },
        { instance, dependsOn: [server.server, ...ready, may] },
    );
    return { ready: pulumi.all([secret.arn, settled.id]).apply(([arn]) => arn), secret };
}
