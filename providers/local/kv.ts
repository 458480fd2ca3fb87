import type { DriverOf } from "../../components/cloud";
import { gauges, permit } from "./grants";
import { Table } from "./kinds";

/** A table of the agent's DynamoDB server. */
export const kv: DriverOf<"kv"> = (site, { partitionKey, sortKey, ttl, pointInTime }) => {
    const table = site.make(
        "table",
        Table,
        {
            name: site.name,
            partitionKey,
            sortKey,
            ttl,
            pointInTimeRecovery: pointInTime,
            forceDestroy: !site.settings.protect,
        },
        { main: true },
    );
    return {
        id: table.table,
        url: table.url,
        grant: (access) => ({
            env: { URL: table.url, TABLE: table.table },
            secrets: {},
            permits: [permit("Table", table.table, access)],
        }),
        gauges: gauges({ requests: "kv_requests_total" }, { table: site.name }),
    };
};
