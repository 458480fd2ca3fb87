import * as pulumi from "@pulumi/pulumi";
import * as elasticache from "@pulumi/aws/elasticache";
import * as secretsmanager from "@pulumi/aws/secretsmanager";
import { RandomPassword } from "@pulumi/random";
import type { DatabaseSpec } from "../../components/database";
import type { Access, Grant } from "../../components/link";
import type { Site } from "../../components/site";
import { backupWindow, logGroups, maintenanceWindow, placeOf } from "./database-place";
import { cacheSnapshot } from "./database-restore";
import type { AwsGauge } from "./gauges";
import type { Permit } from "./grants";
import { tags } from "./tags";
import { jsonOf } from "../together";

const nodes = {
    micro: "cache.t4g.micro",
    small: "cache.t4g.small",
    medium: "cache.t4g.medium",
    large: "cache.m7g.large",
};

/** The versions of Valkey which speak what Redis of that version speaks. */
const versions: Readonly<Record<string, readonly [version: string, family: string]>> = {
    "8": ["8.2", "valkey8"],
    "7": ["7.2", "valkey7"],
};

const port = 6379;

/** What a user may do: all but to rule the server, or to read. Both may say who they are, and ask how it goes. */
const rights = {
    write: "on ~* &* +@all -@admin -@dangerous +info +keys +flushdb",
    read: "on ~* &* -@all +@read +@connection +info -@dangerous",
} as const;
const users = { write: "app", read: "reader" } as const;

/** A Valkey of ElastiCache, in which `redis` is spoken. */
export function cache(site: Site, spec: DatabaseSpec) {
    const { version, highAvailability, backups, restore, maintenance, parameters } = spec;
    const { protect } = site.settings;
    const [engineVersion, family] = versions[version];
    // A user's id ends at 40 characters: it is this one, with the user behind it.
    const place = placeOf(site, spec, 40 - "-reader".length);
    const { encryption } = place;
    const subnets = site.make("cacheSubnets", elasticache.SubnetGroup, {
        description: `Where the cache ${site.name} stands`,
        subnetIds: place.subnets,
        tags: tags(site),
    });
    const settings = site.make("cacheParameters", elasticache.ParameterGroup, {
        family,
        description: `Settings of the cache ${site.name}`,
        parameters: Object.entries({ "slowlog-log-slower-than": "10000", ...parameters })
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, value]) => ({ name, value })),
        tags: tags(site),
    });
    const logs = logGroups(
        site,
        pulumi.interpolate`/aws/elasticache/${place.id}`,
        ["slow-log", "engine-log"],
        encryption,
    );
    const accounts = Object.fromEntries(
        (["write", "read"] as const).map((access) => [access, account(site, place.id, access)]),
    ) as Record<"write" | "read", Account>;
    const group = site.make("users", elasticache.UserGroup, {
        engine: "valkey",
        userGroupId: place.id,
        userIds: Object.values(accounts).map(({ user }) => user.userId),
        tags: tags(site),
    });
    const made = site.make(
        "cache",
        elasticache.ReplicationGroup,
        {
            replicationGroupId: place.id,
            description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            engine: "valkey",
            engineVersion,
            nodeType: nodes[spec.size as keyof typeof nodes],
            numCacheClusters: highAvailability ? 2 : 1,
            automaticFailoverEnabled: highAvailability,
            multiAzEnabled: highAvailability,
            port,
            subnetGroupName: subnets.name,
            securityGroupIds: [place.group.id],
            atRestEncryptionEnabled: true,
            kmsKeyId: encryption.arn,
            transitEncryptionEnabled: true,
            transitEncryptionMode: "required",
            userGroupIds: [group.userGroupId],
            parameterGroupName: settings.name,
            snapshotRetentionLimit: backups.retention,
            snapshotWindow: backupWindow(backups.window, 60),
            snapshotName: cacheSnapshot(restore),
            finalSnapshotIdentifier: protect ? pulumi.interpolate`${place.id}-final` : undefined,
            maintenanceWindow: maintenanceWindow(maintenance, 60),
            autoMinorVersionUpgrade: true,
            applyImmediately: true,
            logDeliveryConfigurations: logs.map((log, index) => ({
                destination: log.name,
                destinationType: "cloudwatch-logs",
                logFormat: "json",
                logType: ["slow-log", "engine-log"][index],
            })),
            tags: tags(site),
        },
        { main: true, protect, ignoreChanges: ["snapshotName"] },
    );
    const secrets = new Map<string, pulumi.Output<string>>();
    const grant = (access: readonly Access[]): Grant => {
        const kind = access.includes("write") ? "write" : "read";
        const secret = secrets.get(kind) ?? keep(site, accounts[kind], made.primaryEndpointAddress, encryption.arn);
        secrets.set(kind, secret);
        const from = (key: string) => pulumi.interpolate`${secret}:${key}::`;
        return {
            env: { HOST: made.primaryEndpointAddress, PORT: `${port}`, NAME: "0", USER: users[kind] },
            secrets: { URL: from("url"), PASSWORD: from("password") },
            permits: [
                {
                    start: [
                        { actions: ["secretsmanager:GetSecretValue"], on: [secret] },
                        encryption.through("secretsmanager", "kms:Decrypt"),
                    ],
                    connect: [{ to: site.name, group: place.group.id, port }],
                } satisfies Permit,
            ],
        };
    };
    const of = { CacheClusterId: pulumi.interpolate`${place.id}-001` };
    const gauge = (metric: string, factor = 1): AwsGauge => ({
        namespace: "AWS/ElastiCache",
        metric,
        dimensions: of,
        factor,
    });
    return {
        id: made.replicationGroupId,
        host: made.primaryEndpointAddress,
        port: made.port.apply((known) => known ?? port),
        grant,
        gauges: {
            connections: gauge("CurrConnections"),
            cpu: gauge("EngineCPUUtilization", 0.01),
            // It keeps its data in memory.
            storage: gauge("DatabaseMemoryUsagePercentage", 0.01),
        },
    };
}

interface Account {
    readonly access: "write" | "read";
    readonly user: elasticache.User;
    readonly password: pulumi.Output<string>;
}

/** A user, with a password that must come from here: ElastiCache makes up none. It is in Pulumi's state, encrypted. */
function account(site: Site, id: pulumi.Output<string>, access: "write" | "read"): Account {
    const instance = users[access];
    const { result } = site.make("password", RandomPassword, { length: 60, special: false }, { instance });
    const user = site.make(
        "user",
        elasticache.User,
        {
            userId: pulumi.interpolate`${id}-${instance}`,
            userName: instance,
            engine: "valkey",
            accessString: rights[access],
            authenticationMode: { type: "password", passwords: [pulumi.secret(result)] },
            tags: tags(site),
        },
        { instance },
    );
    return { access, user, password: pulumi.secret(result) };
}

/** The secret with all that an app needs, when the first link asks. */
function keep(
    site: Site,
    { access, password }: Account,
    host: pulumi.Output<string>,
    key: pulumi.Output<string>,
): pulumi.Output<string> {
    const instance = users[access];
    const secret = site.make(
        "userSecret",
        secretsmanager.Secret,
        {
            description: `How ${instance} logs in to the cache ${site.name}`,
            kmsKeyId: key,
            recoveryWindowInDays: site.settings.protect ? 30 : 0,
            tags: tags(site),
        },
        { instance },
    );
    const version = site.make(
        "userSecretVersion",
        secretsmanager.SecretVersion,
        {
            secretId: secret.id,
            secretString: pulumi.secret(
                jsonOf({
                    host,
                    port,
                    username: instance,
                    password,
                    url: pulumi.interpolate`rediss://${instance}:${password}@${host}:${port}/0`,
                }),
            ),
        },
        { instance },
    );
    return pulumi.all([secret.arn, version.versionId]).apply(([arn]) => arn);
}
