import type { DriverOf } from "../../components/cloud";
import { permit } from "./grants";
import { Log } from "./kinds";

/** A log in the agent's store. */
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
