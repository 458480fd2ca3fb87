import type { DriverOf } from "../../components/cloud";
import { gauges, permit } from "./grants";
import { Database } from "./kinds";

/** A real server, supervised by the agent. */
export const database: DriverOf<"database"> = (site, { engine, version, storage, backups, restore, parameters }) => {
    const made = site.make(
        "database",
        Database,
        {
            name: site.name,
            engine,
            version,
            storageGiB: storage,
            backup: {
                retentionDays: backups.retention,
                window: backups.window,
                pointInTime: backups.pointInTime,
            },
            restore,
            parameters,
            forceDestroy: !site.settings.protect,
        },
        { main: true },
    );
    return {
        id: made.id,
        host: made.host,
        port: made.port,
        grant: (access) => {
            const write = access.includes("write");
            return {
                env: {
                    HOST: made.host,
                    PORT: made.port.apply(String),
                    NAME: made.database,
                    USER: write ? made.username : made.readOnlyUsername,
                },
                secrets: {
                    URL: write ? made.url : made.readOnlyUrl,
                    PASSWORD: write ? made.password : made.readOnlyPassword,
                },
                permits: [permit("Database", site.name, access)],
            };
        },
        gauges: gauges(
            { connections: "database_connections", storage: "database_storage_used_ratio" },
            { database: site.name },
        ),
    };
};
