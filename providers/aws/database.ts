import type { DriverOf } from "../../components/cloud";
import { aurora } from "./database-aurora";
import { cache } from "./database-cache";
import { instance } from "./database-rds";

/**
 * A database of RDS; with size `serverless` of Aurora, which pauses when nobody is connected (and takes some 15 seconds to
 * be back); for redis a Valkey of ElastiCache. All stand in the network's data subnets, where only those who are linked
 * reach them, and only over TLS. What AWS would refuse of their arguments is refused in checks.ts.
 */
export const database: DriverOf<"database"> = (site, spec) => {
    if (spec.engine === "redis") return cache(site, spec);
    if (!spec.backups.pointInTime)
        throw new Error(`${site.name}: RDS without points in time was let pass by checks.ts`);
    return spec.size === "serverless" ? aurora(site, spec) : instance(site, spec);
};
