import { forgets, xml } from "./answers";
import type { Mend } from "./gateway";

/** A cluster of Aurora as RDS says it: with its support, and without how the first version of Serverless would grow. */
export function clusters(): Mend {
    const kept = forgets("DBCluster", "DBClusterIdentifier", [["EngineLifecycleSupport", "EngineLifecycleSupport"]]);
    const first = /<ScalingConfigurationInfo>[\s\S]*?<\/ScalingConfigurationInfo>|<ScalingConfigurationInfo ?\/>/g;
    return (asked, forward) =>
        kept(asked, forward)?.then((answered) => ({ ...answered, body: answered.body.toString().replace(first, "") }));
}

/** A group that is changed is made again, as it then is. */
export function subnetGroups(): Mend {
    return async (asked, forward) => {
        const form = new URLSearchParams(asked.body.toString());
        const name = form.get("DBSubnetGroupName")!;
        const changed = await forward();
        const again = new URLSearchParams(form);
        again.set("Action", "CreateDBSubnetGroup");
        again.set("DBSubnetGroupDescription", form.get("DBSubnetGroupDescription") ?? name);
        await forward({ body: Buffer.from(again.toString()) });
        return changed;
    };
}

/** Each parameter is one that somebody has set. */
export function parameters(): Mend {
    return async (_, forward) => {
        const answered = await forward();
        const set = answered.body.toString().replaceAll("</Parameter>", "<Source>user</Source></Parameter>");
        return { ...xml(set), status: answered.status };
    };
}
