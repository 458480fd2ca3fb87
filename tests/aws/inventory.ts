import type { Emulator } from "./emulator";
import { kinds, parts, same, searched } from "./kinds";

/** Everything there is of what our drivers make, as `kind: name`, in order. */
export async function inventory(emulator: Emulator): Promise<string[]> {
    const left = emulator.left();
    const found = await Promise.all(
        Object.entries(kinds).map(async ([name, kind]) => {
            if ("left" in kind) return left.filter((one) => kind.left.test(one)).map((one) => `${name}: ${one}`);
            const { service, action, named, given = {} } = kind;
            const answer = action.startsWith("/")
                ? await emulator.send(service, "GET", action)
                : await emulator.ask<unknown>(service, action, given);
            const text = typeof answer === "string" ? answer : JSON.stringify(answer, undefined, 1);
            return [...text.matchAll(named)].map(([, one]) => `${name}: ${one}`);
        }),
    );
    const more: Readonly<Record<(typeof searched)[number], (emulator: Emulator) => Promise<string[]>>> = {
        "ec2.NetworkInterface": cards,
        "ecs.Cluster": clusters,
        "kms.Key": keys,
        "route53.Record": records,
    };
    const others = await Promise.all(
        searched.map(async (name) => (await more[name](emulator)).map((one) => `${name}: ${one}`)),
    );
    const all = [...found.flat(), ...others.flat()];
    // What the gateway keeps of a kind that nobody has named is seen all the same.
    const unnamed = left.filter((one) => !all.some((line) => line.endsWith(`: ${one}`)));
    return [...new Set([...all, ...unnamed])].sort();
}

/**
 * What of a stack's resources an inventory does not see: kinds of which it has fewer than were made, and kinds of which
 * nobody has said how they are seen.
 *
 * @param types - of each resource: `aws:ec2/vpc:Vpc`
 */
export function unseen(types: readonly string[], lines: readonly string[]): string[] {
    const made = new Map<string, number>();
    for (const type of types) {
        const [, module, name] = /^aws:([^/]+)\/[^:]+:(\w+)$/.exec(type) ?? [];
        const kind = same[`${module}.${name}`] ?? `${module}.${name}`;
        if (module && !(kind in parts)) made.set(kind, (made.get(kind) ?? 0) + 1);
    }
    return [...made]
        .map(([kind, wanted]) => {
            const known = kind in kinds || (searched as readonly string[]).includes(kind);
            const seen = lines.filter((line) => line.startsWith(`${kind}: `) || line.startsWith(`${kind}/`)).length;
            return known ? (seen < wanted ? `${kind}: ${seen} of ${wanted}` : "") : `${kind}: is not in kinds.ts`;
        })
        .filter(Boolean)
        .sort();
}

/** Clusters. A deleted one is still named for a while. */
async function clusters(emulator: Emulator): Promise<string[]> {
    const target = "AmazonEC2ContainerServiceV20141113.";
    const named = await emulator.ask<{ clusterArns: string[] }>("ecs", `${target}ListClusters`);
    const { clusters: all } = await emulator.ask<{ clusters: Record<"clusterArn" | "status", string>[] }>(
        "ecs",
        `${target}DescribeClusters`,
        { clusters: named.clusterArns },
    );
    return all.filter(({ status }) => status !== "INACTIVE").map(({ clusterArn }) => clusterArn);
}

/** Keys, but AWS's own. One that is taken away stays for its days, and opens nothing any more. */
async function keys(emulator: Emulator): Promise<string[]> {
    const ask = <T>(action: string, given = {}) => emulator.ask<T>("kms", `TrentService.${action}`, given);
    const { Keys } = await ask<{ Keys: Record<"KeyId", string>[] }>("ListKeys");
    const { Aliases } = await ask<{ Aliases: Record<"AliasName" | "TargetKeyId", string>[] }>("ListAliases");
    const theirs = Aliases.filter(({ AliasName }) => AliasName.startsWith("alias/aws/")).map((one) => one.TargetKeyId);
    const ours = Keys.filter(({ KeyId }) => !theirs.includes(KeyId));
    const all = await Promise.all(
        ours.map(({ KeyId }) => ask<{ KeyMetadata: Record<"Arn" | "KeyState", string> }>("DescribeKey", { KeyId })),
    );
    return all.filter((one) => one.KeyMetadata.KeyState !== "PendingDeletion").map((one) => one.KeyMetadata.Arn);
}

/** The records of all zones, but those that are the zone's own: a zone is its owner's, or a namespace's. */
async function records(emulator: Emulator): Promise<string[]> {
    const path = "/2013-04-01/hostedzone";
    const zones = [...(await emulator.send("route53", "GET", path)).matchAll(/<Id>(?:\/hostedzone\/)?(.*?)</g)];
    const all = zones.map(async ([, id]) => {
        const sets = await emulator.send("route53", "GET", `${path}/${id}/rrset`);
        return [...sets.matchAll(/<ResourceRecordSet>.*?<\/ResourceRecordSet>/gs)].map(([set]) =>
            ["Type", "Name", "SetIdentifier"].map((key) => new RegExp(`<${key}>(.*?)<`).exec(set)?.[1] ?? "").join(" "),
        );
    });
    return (await Promise.all(all)).flat().filter((one) => !/^(NS|SOA) /.test(one));
}

/** Network interfaces. The emulator keeps those of machines that a group has ended. */
async function cards(emulator: Emulator): Promise<string[]> {
    const answer = (action: string, given = {}) => emulator.ask<string>("ec2", `2016-11-15 ${action}`, given);
    const ended = { "Filter.1.Name": "instance-state-name", "Filter.1.Value.1": "terminated" };
    const machines = await answer("DescribeInstances", ended);
    const gone = new Set([...machines.matchAll(/<instanceId>(.*?)</g)].map(([, id]) => id));
    const text = await answer("DescribeNetworkInterfaces");
    const theirs = [...text.matchAll(/<instanceId>(.*?)<.*?<networkInterfaceId>(.*?)</gs)]
        .filter(([, machine]) => gone.has(machine))
        .map(([, , card]) => card);
    return [...text.matchAll(/<networkInterfaceId>(.*?)</g)]
        .map(([, card]) => card)
        .filter((card) => !theirs.includes(card));
}
