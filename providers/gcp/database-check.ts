import type { Check } from "../../components/cloud";
import type { DatabaseSpec } from "../../components/database";
import { argumentsOf } from "../../components/reference";
import { readSettings } from "../../components/settings";
import type { Place } from "../../components/shape";
import { isTls, placesOf } from "./database-engine";

/** What arguments of a database cannot be together on GCP. */
export const checkDatabase: Check<"database"> = (spec, at, args) => {
    const { engine, maintenance, backups, highAvailability, parameters, restore } = spec;
    wholeHour(maintenance, "Google", at.in("maintenance"));
    if (engine === "redis") {
        wholeHour(backups.window, "Memorystore", at.in("backups").in("window"));
        if (restore && !backupName.test(restore.from))
            at.in("restore")
                .in("from")
                .fault(
                    "must be a backup's whole name, projects/…/locations/…/backupCollections/…/backups/…",
                    "see `gcloud memorystore backups list`",
                    restore.from,
                );
        return;
    }
    if (readSettings().settings.gcpDatabases === "peering") checkPeering(args.network, at);
    if (!backups.pointInTime && highAvailability)
        at.in("backups")
            .in("pointInTime")
            .fault("is always on at Cloud SQL with `highAvailability`", "leave it out", backups.pointInTime);
    for (const parameter of Object.keys(parameters))
        if (isTls(parameter))
            at.in("parameters").in(parameter).fault("cannot be set: TLS is always forced", "leave it out");
    if (restore) checkSource(restore, at.in("restore"));
};

/**
 * Google keeps its end of a peering for days after the last database. A network of the stack's own could not be deleted until
 * then, and no `destroy` would end.
 */
function checkPeering(given: unknown, at: Place): void {
    const declared = argumentsOf(given, at);
    if (declared?.existing !== undefined || (given !== undefined && !declared)) return;
    at.in("network").fault(
        "must be one that is there, with `mvi:gcpDatabases` peering: one of the stack's own could not be deleted for days after its last database",
        "give it a Network with `existing`, or run `pulumi config rm mvi:gcpDatabases`",
    );
}

const backupName = /^projects\/[^/]+\/locations\/[^/]+\/backupCollections\/[^/]+\/backups\/[^/]+$/;

function checkSource({ from, time }: NonNullable<DatabaseSpec["restore"]>, at: Place): void {
    const { instance, backup } = placesOf(from);
    if (instance === undefined)
        at.in("from").fault(
            "must be a database's id at Cloud SQL, or a backup as `<id>/<backup's id>`",
            "see `gcloud sql backups list`",
            from,
        );
    else if (backup !== undefined && time !== undefined)
        at.in("time").fault(
            "is not for a backup, which is of one point in time",
            "leave it out, or name the database as `from`",
            time,
        );
}

/** Google begins at a full hour. What is no time at all has a fault of its own. */
function wholeHour(given: string, who: string, at: Place): void {
    if (/\d\d:(?!00)\d\d$/.test(given))
        at.fault(`must be a full hour: ${who} begins at one`, `write "${given.slice(0, -2)}00"`, given);
}
