/** What a server of RDS and a cluster of Aurora are both made with. */

import * as pulumi from "@pulumi/pulumi";
import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as rds from "@pulumi/aws/rds";
import type { DatabaseSpec } from "../../components/database";
import type { Site } from "../../components/site";
import { engines, names } from "./database-engine";
import { logGroups, type Place } from "./database-place";
import { type AwsGauge, gauges } from "./gauges";
import { role } from "./role";
import { tags } from "./tags";

/** ServerArgs is what distinguishes the two. */
export interface ServerArgs {
    readonly place: Place;
    readonly kind: "instance" | "cluster";
    /** What it writes: RDS names a log group by each. */
    readonly logs: readonly string[];
    /** The backup that it begins with. */
    readonly snapshot: pulumi.Input<string> | undefined;
}

/** The engine of a spec that is not redis. */
export function engineOf({ engine }: DatabaseSpec): "postgres" | "mysql" {
    return engine as "postgres" | "mysql";
}

/** The arguments and options that both have, with the children that these name. */
export function serverOf(site: Site, spec: DatabaseSpec, { place, kind, logs, snapshot }: ServerArgs) {
    const { backups, restore } = spec;
    const { protect } = site.settings;
    const { encryption } = place;
    const subnets = site.make("subnets", rds.SubnetGroup, {
        description: `Where the database ${site.name} stands`,
        subnetIds: place.subnets,
        tags: tags(site),
    });
    const written: cloudwatch.LogGroup[] = logGroups(
        site,
        pulumi.interpolate`/aws/rds/${kind}/${place.id}`,
        logs,
        encryption,
    );
    return {
        /** The first database and the administrator: of a new one. What has data has them. */
        first: restore ? { database: undefined, admin: undefined } : names,
        args: {
            allowMajorVersionUpgrade: true,
            engineLifecycleSupport: "open-source-rds-extended-support-disabled",
            storageEncrypted: true,
            kmsKeyId: encryption.arn,
            manageMasterUserPassword: true,
            masterUserSecretKmsKeyId: encryption.arn,
            iamDatabaseAuthenticationEnabled: true,
            port: engines[engineOf(spec)].port,
            dbSubnetGroupName: subnets.name,
            vpcSecurityGroupIds: [place.group.id],
            backupRetentionPeriod: backups.retention,
            copyTagsToSnapshot: true,
            deleteAutomatedBackups: !protect,
            skipFinalSnapshot: !protect,
            finalSnapshotIdentifier: protect ? pulumi.interpolate`${place.id}-final` : undefined,
            deletionProtection: protect,
            // What the program says, now: that it waits for the window would be a surprise, a week later.
            applyImmediately: true,
            enabledCloudwatchLogsExports: [...logs],
            snapshotIdentifier: snapshot,
            tags: tags(site),
        },
        options: {
            main: true,
            protect,
            dependsOn: written as pulumi.Resource[],
            // Where its data once came from is no reason to make it anew, without what it has got since. How long AWS supports
            // it is said at its beginning only, and the provider says nothing of it when that is a point in time: each update
            // would try to change it, to no effect (hashicorp/terraform-provider-aws#40870).
            ignoreChanges: ["snapshotIdentifier", "restoreToPointInTime", "engineLifecycleSupport"],
        },
    };
}

/** Looks into the machine, not only at it: at `prod`, since its lines cost about 2 US dollars a month. */
export function monitorOf(site: Site) {
    if (site.settings.profile !== "prod") return undefined;
    return role(site, "monitorRole", {
        service: "monitoring.rds.amazonaws.com",
        description: "Writes down what the database's machines do",
        managed: ["service-role/AmazonRDSEnhancedMonitoringRole"],
        may: [],
    });
}

/** The gauges which both have. */
export function serverGauges(dimensions: AwsGauge["dimensions"]): Record<"connections" | "cpu", AwsGauge> {
    const { connections } = gauges("AWS/RDS", { connections: "DatabaseConnections" }, dimensions);
    return { connections, cpu: { namespace: "AWS/RDS", metric: "CPUUtilization", dimensions, factor: 0.01 } };
}
