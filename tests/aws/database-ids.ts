import { createHash } from "node:crypto";
import type { Mend } from "./gateway";

/** Gives each database a resource id of its own, by which it is also found, and makes it no replica. `inner` answers the rest. */
export function databaseIds(inner: Mend): Mend {
    const named = new Map<string, string>();
    return (asked, forward) => {
        const form = new URLSearchParams(asked.body.toString());
        const wanted = form.get("Filters.Filter.1.Values.Value.1");
        if (form.get("Filters.Filter.1.Name") === "dbi-resource-id" && named.has(wanted!)) {
            for (const key of [...form.keys()].filter((one) => one.startsWith("Filters."))) form.delete(key);
            form.set("DBInstanceIdentifier", named.get(wanted!)!);
        }
        const body = Buffer.from(form.toString());
        return inner({ ...asked, body }, (changed) => forward({ body, ...changed }))?.then((answered) => {
            const text = answered.body.toString().replace(/<DBInstance>.*?<\/DBInstance>/gs, (one) => {
                const name = /<DBInstanceIdentifier>(.*?)</.exec(one)![1];
                const id = `db-${createHash("sha256").update(name).digest("hex").slice(0, 26).toUpperCase()}`;
                named.set(id, name);
                // RDS says of each how it is looked into.
                const mode = "<DatabaseInsightsMode>standard</DatabaseInsightsMode>";
                const whole = one.includes("<DatabaseInsightsMode>")
                    ? one
                    : one.replace(/<\/DBInstance>$/, `${mode}$&`);
                return (
                    whole
                        .replace(/<DbiResourceId>[^<]*</, `<DbiResourceId>${id}<`)
                        // What begins as another one was is none that follows it.
                        .replace(
                            /<ReadReplicaSourceDBInstanceIdentifier>[^<]*<\/ReadReplicaSourceDBInstanceIdentifier>/,
                            "",
                        )
                        // The authority of whoever names none.
                        .replace(">rds-ca-default<", ">rds-ca-rsa2048-g1<")
                );
            });
            const { "content-length": length, ...headers } = answered.headers;
            void length;
            return { ...answered, headers, body: text };
        });
    };
}
