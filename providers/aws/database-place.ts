/** What every database on AWS has in common: a name of its own, where it stands, when it is looked after. */

import * as pulumi from "@pulumi/pulumi";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as ec2 from "@pulumi/aws/ec2";
import { RandomId } from "@pulumi/random";
import type { DatabaseSpec } from "../../components/database";
import type { Site } from "../../components/site";
import { type Encryption, encryptionKey } from "./encryption";
import { retentionFor } from "./log-retention";
import { nativeOf } from "./network";
import { securityGroup } from "./security-group";
import { tags } from "./tags";

/** Place is what a database is made with. */
export interface Place {
    /** Its name: known before it is made, since its logs are named by it, and never used again, since its last backup is. */
    readonly id: pulumi.Output<string>;
    readonly encryption: Encryption;
    readonly group: ec2.SecurityGroup;
    readonly subnets: pulumi.Output<string[]>;
}

/** @param most - how long a name may be, less what the caller puts behind it */
export function placeOf(site: Site, spec: DatabaseSpec, most: number): Place {
    const encryption = encryptionKey(site, spec.key);
    const native = nativeOf(spec.network);
    // What makes AWS replace a database: the old one and the new one need two names, for a while.
    const suffix = site.make("suffix", RandomId, {
        byteLength: 4,
        keepers: {
            engine: spec.engine,
            kind: spec.size === "serverless" ? "cluster" : "instance",
            key: encryption.arn,
        },
    });
    const begin = site.name.slice(0, most - 9).replace(/-+$/, "");
    return {
        id: pulumi.interpolate`${begin}-${suffix.hex}`,
        encryption,
        group: securityGroup(site, "group", spec.network, `Who reaches the database ${site.name}`),
        subnets: native.subnets.data,
    };
}

/** The daily half hour (or hour) of the backup: `03:00-03:30`. */
export function backupWindow(start: string, minutes: 30 | 60): string {
    return `${start}-${later(start, minutes).time}`;
}

/** The weekly hour of updates: `sun:05:00-sun:06:00`. */
export function maintenanceWindow(start: string, minutes: 30 | 60 = 30): string {
    const [day, time] = start.split(" ");
    const { time: end, nextDay } = later(time, minutes);
    return `${day}:${time}-${nextDay ? days[(days.indexOf(day) + 1) % 7] : day}:${end}`;
}

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

function later(time: string, minutes: number): { time: string; nextDay: boolean } {
    const [hours, minute] = time.split(":").map(Number);
    const sum = hours * 60 + minute + minutes;
    const two = (part: number) => `${part}`.padStart(2, "0");
    return { time: `${two(Math.floor(sum / 60) % 24)}:${two(sum % 60)}`, nextDay: sum >= 24 * 60 };
}

/** The database's logs: made first, else RDS makes them itself, unencrypted and for ever. */
export function logGroups(
    site: Site,
    folder: pulumi.Output<string>,
    kinds: readonly string[],
    encryption: Encryption,
): cloudwatch.LogGroup[] {
    return kinds.map((kind) =>
        site.make(
            "log",
            cloudwatch.LogGroup,
            {
                name: pulumi.interpolate`${folder}/${kind}`,
                retentionInDays: retentionFor({ dev: 30, small: 90, prod: 365 }[site.settings.profile]),
                kmsKeyId: encryption.arn,
                tags: tags(site),
            },
            { instance: kind },
        ),
    );
}
