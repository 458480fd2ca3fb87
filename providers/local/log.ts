import type * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";
import { retentions } from "../../components/log";
import type { Site } from "../../components/site";
import { permit } from "./grants";
import { Log } from "./kinds";

/** A log in the agent's store. Who may read it asks over CloudWatch Logs' protocol, where `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS` says. */
export const log: DriverOf<"log"> = (site, { retention, key, export: to, filters, subscribers }) => {
    const made = site.make(
        "log",
        Log,
        {
            name: site.name,
            retentionDays: retention,
            key: key?.id,
            export: to && { bucket: to.id, everyHours: 1 },
            filters: Object.values(filters).map(({ contains, into }) => ({ metric: into.id, contains })),
            subscribers: subscribers.map((url) => ({ url })),
            forceDestroy: !site.settings.protect,
        },
        { main: true },
    );
    return {
        id: made.name,
        grant: (access) => ({ env: { NAME: made.name }, secrets: {}, permits: [permit("Log", made.name, access)] }),
    };
};

/** The log that comes with something else, as the child `key`: kept as long as the profile keeps every log. */
export function ownLog(site: Site, key: string, name: string): pulumi.Output<string> {
    const { profile, protect } = site.settings;
    return site.make(key, Log, { name, retentionDays: retentions[profile], forceDestroy: !protect }).name;
}
