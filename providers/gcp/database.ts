import type { DriverOf } from "../../components/cloud";
import { cache } from "./database-cache";
import { server } from "./database-sql";

/**
 * A server of Cloud SQL (its Enterprise edition: back to any point of the last seven days, to a day of the retention before);
 * for redis a Valkey of Memorystore. Both have an address in the network's data subnet, which only those who are linked reach,
 * and only over TLS.
 */
export const database: DriverOf<"database"> = (site, spec) => {
    return spec.engine === "redis" ? cache(site, spec) : server(site, spec);
};
