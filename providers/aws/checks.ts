/** What arguments cannot be together on AWS: with all other faults, before anything is made. */

import type { Check, Cloud } from "../../components/cloud";
import type { ContainerSpec } from "../../components/container";
import type { Place } from "../../components/shape";
import { checkBuild, checkBuilds } from "../image-build";
import { besides, platformsOf, together } from "../workload-check";
import { namesBothDays } from "./cron";
import { engines } from "./database-engine";
import { checkRestore } from "./database-restore";
import { checkPool } from "./pool-check";
import { checkPull } from "./pull-check";
import { taskSize } from "./task-size";

const container: Check<"container"> = (spec, at, args) => {
    const { scale, health, public: open } = spec;
    if (scale.min === 0)
        at.in("scale").in("min").fault("must be at least 1 on aws: no request can start a replica", "set it to 1", 0);
    if (scale.requests !== undefined && scale.max > scale.min && !open)
        at.in("scale")
            .in("requests")
            .fault(
                "needs `public` on aws: the load balancer counts them",
                "set that, or scale by `cpu`",
                scale.requests,
            );
    if (health?.command && health.startup > 300)
        at.in("health")
            .in("startup")
            .fault("is at most 300 for a `command` on aws", "lower it, or give a `path`", health.startup);
    if (args.on !== undefined) checkPool(spec, at, args);
    checkSize(spec, at);
    checkProcessors(args, at);
    checkPull(args, at);
    checkBuilds(args, at);
};

const database: Check<"database"> = (spec, at) => {
    const { engine, version, size, backups, maintenance, parameters } = spec;
    const { window, pointInTime } = backups;
    if (engine !== "redis" && !pointInTime)
        at.in("backups")
            .in("pointInTime")
            .fault("is always on: RDS keeps what every point in time takes", "leave it out", pointInTime);
    // A server's support ended on 2026-07-31 ("Supported MySQL major versions on Amazon RDS", Amazon RDS User Guide): RDS makes
    // none after that day without the priced Extended Support, which we decline, and restores a backup as 8.4
    // (EngineLifecycleSupport of CreateDBInstance and RestoreDBInstanceFromDBSnapshot). Aurora's 8.0 has its own, longer.
    if (engine === "mysql" && version === "8.0" && size !== "serverless")
        at.in("version").fault(
            "is past the end of RDS's standard support on aws, since 2026-07-31: RDS makes no new one, and restores one as 8.4",
            'choose "8.4", which takes backups of 8.0 too, or `size: "serverless"`: Aurora has it',
            version,
        );
    if (overlap(window, engine === "redis" ? 60 : 30, maintenance))
        at.in("maintenance").fault(
            `falls into the backup, which begins at ${window}`,
            "choose another time, an hour from it",
            maintenance,
        );
    if (engine !== "redis" && Object.hasOwn(parameters, engines[engine].tls))
        at.in("parameters").in(engines[engine].tls).fault("cannot be set: TLS is always forced", "leave it out");
    checkRestore(spec, at.in("restore"));
};

const job: Check<"job"> = ({ schedule }, at, args) => {
    if (schedule !== undefined && namesBothDays(schedule))
        at.in("schedule").fault(
            "names days of the month and of the week: cron means either, and on aws a schedule has one of them",
            "make two jobs",
            schedule,
        );
    checkProcessors(args, at);
    checkPull(args, at);
    checkBuilds(args, at);
};

export const checks: Cloud["checks"] = { container, database, image: checkBuild, job };

function checkSize(spec: ContainerSpec, at: Place): void {
    const { cpu, memory } = together([spec, ...Object.values(spec.sidecars)]);
    if (taskSize(cpu, memory)) return;
    at.in("cpu").fault(
        `is ${cpu} with the sidecars, with ${memory} MiB, and Fargate has at most 16 and 122880`,
        "lower `cpu` or `memory`",
        spec.cpu,
    );
}

/** What runs together has one processor. */
function checkProcessors(args: Readonly<Record<string, unknown>>, at: Place): void {
    const all = besides(args, at).map(([own, place]) => platformsOf(own, place));
    const fitting = ["linux/amd64", "linux/arm64"].filter((one) => all.every((platforms) => platforms.includes(one)));
    if (fitting.length) return;
    at.fault(
        `has images for different processors: ${all.map((platforms) => platforms.join(" and ") || "none").join("; ")}`,
        `build all for one of \`platforms\``,
    );
}

/** AWS refuses an update (of half an hour, or an hour) which falls into the daily backup. */
function overlap(backup: string, minutes: number, maintenance: string): boolean {
    const day = 24 * 60;
    const [a, b] = [minutesOf(backup), minutesOf(maintenance)];
    return (b - a + day) % day < minutes || (a - b + day) % day < minutes;
}

/** The time of day at a text's end; NaN, which overlaps nothing, where there is none: that has a fault of its own. */
function minutesOf(time: string): number {
    const [, hours, minutes] = /(\d\d):(\d\d)$/.exec(time) ?? [];
    return Number(hours) * 60 + Number(minutes);
}
