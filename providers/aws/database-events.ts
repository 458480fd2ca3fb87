import type * as pulumi from "@pulumi/pulumi";
import * as rds from "@pulumi/aws/rds";
import type * as sns from "@pulumi/aws/sns";
import { stackScope } from "../../components/cloud";
import type { Site } from "../../components/site";
import { Gathered } from "../declared";
import { tags } from "./tags";

/** What of a database RDS tells about, and of what: AWS's Security Hub wants these (RDS.19 to RDS.21). */
const categories = {
    "db-instance": [
        "availability",
        "configuration change",
        "deletion",
        "failover",
        "failure",
        "low storage",
        "maintenance",
    ],
    "db-cluster": ["configuration change", "deletion", "failover", "failure", "maintenance"],
    "db-parameter-group": ["configuration change"],
} as const;

type Kind = keyof typeof categories;

/** A topic, and the part of the stack that it is in. */
interface Listener {
    readonly site: Site;
    readonly topic: sns.Topic;
    readonly policy: pulumi.Resource;
}

interface Events {
    readonly listeners: Listener[];
    readonly sources: Map<Kind, Gathered<pulumi.Output<string>>>;
}

const known = new WeakMap<object, Map<pulumi.ProviderResource | undefined, Events>>();

/** Has the people of the stack's alarms told of what happens to a database, by the ids of its resources. */
export function watchDatabase(site: Site, ids: { readonly [K in Kind]?: pulumi.Output<string> }): void {
    const { listeners, sources } = eventsOf(site);
    for (const [kind, id] of Object.entries(ids) as [Kind, pulumi.Output<string>][]) {
        const before = sources.get(kind);
        const gathered = before ?? new Gathered<pulumi.Output<string>>();
        gathered.add(id);
        if (before) continue;
        sources.set(kind, gathered);
        for (const listener of listeners) subscribe(listener, kind, gathered);
    }
}

/** Lets a topic's people know of all of the stack's databases, before or after these are made. */
export function tellOfDatabases(site: Site, topic: sns.Topic, policy: pulumi.Resource): void {
    const { listeners, sources } = eventsOf(site);
    const listener = { site, topic, policy };
    listeners.push(listener);
    for (const [kind, gathered] of sources) subscribe(listener, kind, gathered);
}

function subscribe({ site, topic, policy }: Listener, kind: Kind, { all }: Gathered<pulumi.Output<string>>): void {
    site.make(
        "events",
        rds.EventSubscription,
        {
            snsTopic: topic.arn,
            sourceType: kind,
            sourceIds: all.then((ids) => [...ids]),
            eventCategories: [...categories[kind]],
            tags: tags(site),
        },
        { instance: kind, dependsOn: policy },
    );
}

function eventsOf({ component }: Site): Events {
    const scope = stackScope();
    const all = known.get(scope) ?? new Map<pulumi.ProviderResource | undefined, Events>();
    known.set(scope, all);
    const provider = component.getProvider("aws:rds/eventSubscription:EventSubscription");
    const events = all.get(provider) ?? { listeners: [], sources: new Map() };
    all.set(provider, events);
    return events;
}
