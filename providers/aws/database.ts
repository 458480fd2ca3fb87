import * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";
import { aurora } from "./database-aurora";
import { cache } from "./database-cache";
import { instance } from "./database-rds";

/**
 * A database of RDS; with size `serverless` of Aurora, which pauses when nobody is connected (and takes some 15 seconds to
 * be back); for redis a Valkey of ElastiCache. All stand in the network's data subnets, where only those who are linked
 * reach them, and only over TLS.
 */
export const database: DriverOf<"database"> = (site, spec) => {
    const { window, pointInTime } = spec.backups;
    if (spec.engine !== "redis" && !pointInTime) {
        throw new pulumi.RunError(
            `Database ${site.name}: backups.pointInTime: RDS always keeps what every point in time takes: leave it out`,
        );
    }
    if (overlap(window, spec.engine === "redis" ? 60 : 30, spec.maintenance)) {
        throw new pulumi.RunError(
            `Database ${site.name}: maintenance: "${spec.maintenance}" falls into the backup, which begins at ${window}: choose another time`,
        );
    }
    if (spec.engine === "redis") return cache(site, spec);
    return spec.size === "serverless" ? aurora(site, spec) : instance(site, spec);
};

/** AWS refuses an update (of half an hour, or an hour) which falls into the daily backup. */
function overlap(backup: string, minutes: number, maintenance: string): boolean {
    const day = 24 * 60;
    const [a, b] = [minutesOf(backup), minutesOf(maintenance.split(" ")[1])];
    return (b - a + day) % day < minutes || (a - b + day) % day < minutes;
}

function minutesOf(time: string): number {
    const [hours, minutes] = time.split(":").map(Number);
    return hours * 60 + minutes;
}
