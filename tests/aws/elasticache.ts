import { xml } from "./answers";
import type { Answered, Mend } from "./gateway";

/** What a thing is, as ElastiCache says it: texts, further ones, and lists with the name of each of theirs. */
type Member = string | readonly [each: string, all: readonly (string | Said)[]] | Said;
interface Said {
    readonly [member: string]: Member | undefined;
}

/** One kind of thing, with all there are of it by name. */
interface Kind {
    readonly id: string;
    /** What AWS calls one that is not there. */
    readonly absent: string;
    readonly said: (given: Form, name: string) => Said;
}

const kinds: Readonly<Record<string, Kind>> = {
    CacheParameterGroup: {
        id: "CacheParameterGroupName",
        absent: "CacheParameterGroupNotFound",
        said: (given) => given.texts("CacheParameterGroupFamily", "Description"),
    },
    CacheSubnetGroup: {
        id: "CacheSubnetGroupName",
        absent: "CacheSubnetGroupNotFoundFault",
        said: (given) => ({
            CacheSubnetGroupDescription: given.text("CacheSubnetGroupDescription"),
            Subnets: ["Subnet", given.list("SubnetIds").map(({ "": id }) => ({ SubnetIdentifier: id }))],
        }),
    },
    User: {
        id: "UserId",
        absent: "UserNotFound",
        said: (given) => ({
            ...given.texts("UserName", "Engine", "AccessString"),
            Status: "active",
            Authentication: { Type: "password", PasswordCount: `${given.list("AuthenticationMode.Passwords").length}` },
        }),
    },
    UserGroup: {
        id: "UserGroupId",
        absent: "UserGroupNotFound",
        said: (given) => ({
            Engine: given.text("Engine"),
            Status: "active",
            UserIds: ["member", given.list("UserIds").map(({ "": id }) => id)],
        }),
    },
    ReplicationGroup: { id: "ReplicationGroupId", absent: "ReplicationGroupNotFoundFault", said: replicationGroup },
};

/** ElastiCache as far as our cache goes: it keeps what it is told, and changes it when it is told so. */
export function elastiCache(): { readonly mend: Mend; left(): string[] } {
    const all = new Map(Object.keys(kinds).map((kind) => [kind, new Map<string, Form>()]));
    const tags = new Map<string, Map<string, string>>();
    const of = (kind: string, name: string): Said => ({
        [kinds[kind].id]: name,
        ARN: arn(kind, name),
        ...kinds[kind].said(all.get(kind)!.get(name)!, name),
    });

    const mend: Mend = ({ action, body }) => Promise.resolve(answer(action, new Form(new URLSearchParams(`${body}`))));
    return { mend, left: () => [...all].flatMap(([kind, some]) => [...some.keys()].map((one) => `${kind}: ${one}`)) };

    function answer(action: string, asked: Form): Answered {
        const [, verb, rest] = /^(Create|Describe|Modify|Delete)(\w+?)$/.exec(action) ?? [];
        if (action === "DescribeCacheParameters") return parameters(action, asked);
        if (action === "DescribeCacheClusters") return clusters(action, asked);
        if (action === "DescribeSnapshots") return said(action, { Snapshots: ["Snapshot", []] });
        if (/TagsFor|Tags(To|From)/.test(action)) return tagged(action, asked);
        const kind = rest?.replace(/s$/, verb === "Describe" ? "" : "s");
        const own = all.get(kind);
        if (!own) return fault("InvalidAction", `there is no ${action} here`);
        const name = asked.text(kinds[kind].id);
        if (verb === "Describe" && name === undefined)
            return said(action, { [`${kind}s`]: [list(kind), [...own.keys()].map((one) => of(kind, one))] });
        if (verb === "Create") {
            own.set(name!, asked);
            tags.set(arn(kind, name!), new Map());
            tag(arn(kind, name!), asked);
        } else if (!own.has(name!)) return fault(kinds[kind].absent, `${kind} ${name} not found`);
        if (verb === "Modify") own.set(name!, own.get(name!)!.with(asked));
        if (verb === "Describe") return said(action, { [`${kind}s`]: [list(kind), [of(kind, name!)]] });
        const is = of(kind, name!);
        if (verb === "Delete") own.delete(name!);
        return said(action, /^User/.test(kind) ? is : { [kind]: is });
    }

    function parameters(action: string, asked: Form): Answered {
        const group = all.get("CacheParameterGroup")!.get(asked.text("CacheParameterGroupName")!);
        if (!group) return fault("CacheParameterGroupNotFound", "no such group");
        const set = group.list("ParameterNameValues").map((one): Said => ({ ...one, Source: "user" }));
        return said(action, { Parameters: ["Parameter", set] });
    }

    function clusters(action: string, asked: Form): Answered {
        const wanted = asked.text("CacheClusterId");
        const found = [...all.get("ReplicationGroup")!]
            .flatMap(([name, given]) => members(given, name).map((one) => ({ one, given, name })))
            .filter(({ one }) => wanted === undefined || one === wanted);
        if (wanted !== undefined && !found.length) return fault("CacheClusterNotFound", `${wanted} not found`);
        return said(action, { CacheClusters: ["CacheCluster", found.map(cluster)] });
    }

    function tagged(action: string, asked: Form): Answered {
        const resource = asked.text("ResourceName")!;
        if (action.startsWith("Add")) tag(resource, asked);
        if (action.startsWith("Remove"))
            for (const { "": key } of asked.list("TagKeys")) tags.get(resource)?.delete(key);
        const own = [...(tags.get(resource) ?? [])].map(([Key, Value]) => ({ Key, Value }));
        return said(action, { TagList: ["Tag", own] });
    }

    function tag(resource: string, asked: Form): void {
        for (const { Key, Value } of asked.list("Tags")) tags.get(resource)?.set(Key, Value);
    }
}

function replicationGroup(given: Form, name: string): Said {
    const at = endpoint(given, name);
    const on = (argument: string) => (given.text(argument) === "true" ? "enabled" : "disabled");
    return {
        ...given.texts("CacheNodeType", "Engine", "KmsKeyId", "SnapshotRetentionLimit", "SnapshotWindow"),
        ...given.texts("AtRestEncryptionEnabled", "TransitEncryptionEnabled", "TransitEncryptionMode"),
        ...given.texts("AutoMinorVersionUpgrade"),
        Description: given.text("ReplicationGroupDescription"),
        Status: "available",
        AutomaticFailover: on("AutomaticFailoverEnabled"),
        MultiAZ: on("MultiAZEnabled"),
        ClusterEnabled: "false",
        ClusterMode: "disabled",
        AuthTokenEnabled: "false",
        NetworkType: "ipv4",
        IpDiscovery: "ipv4",
        MemberClusters: ["ClusterId", members(given, name)],
        UserGroupIds: ["member", given.list("UserGroupIds").map(({ "": id }) => id)],
        LogDeliveryConfigurations: ["LogDeliveryConfiguration", given.list("LogDeliveryConfigurations").map(delivery)],
        NodeGroups: [
            "NodeGroup",
            [
                {
                    NodeGroupId: "0001",
                    Status: "available",
                    PrimaryEndpoint: at,
                    ReaderEndpoint: at,
                    NodeGroupMembers: [
                        "NodeGroupMember",
                        members(given, name).map((one) => ({ CacheClusterId: one, CacheNodeId: "0001" })),
                    ],
                },
            ],
        ],
    };
}

function cluster({ one, given, name }: { one: string; given: Form; name: string }): Said {
    const groups = given.list("SecurityGroupIds").map(({ "": id }) => ({ SecurityGroupId: id, Status: "active" }));
    return {
        ...given.texts("CacheNodeType", "Engine", "PreferredMaintenanceWindow", "CacheSubnetGroupName"),
        ...given.texts("AutoMinorVersionUpgrade", "SnapshotRetentionLimit", "SnapshotWindow"),
        ...given.texts("AtRestEncryptionEnabled", "TransitEncryptionEnabled", "TransitEncryptionMode"),
        CacheClusterId: one,
        ARN: arn("CacheCluster", one),
        EngineVersion: `${given.text("EngineVersion")}.0`,
        CacheClusterStatus: "available",
        NumCacheNodes: "1",
        ReplicationGroupId: name,
        CacheParameterGroup: {
            CacheParameterGroupName: given.text("CacheParameterGroupName"),
            ParameterApplyStatus: "in-sync",
        },
        SecurityGroups: ["member", groups],
        CacheNodes: ["CacheNode", [{ CacheNodeId: "0001", Endpoint: endpoint(given, name) }]],
    };
}

function delivery(one: Readonly<Record<string, string>>): Said {
    const LogGroup = one["DestinationDetails.CloudWatchLogsDetails.LogGroup"];
    const { LogType, LogFormat, DestinationType } = one;
    const DestinationDetails = { CloudWatchLogsDetails: { LogGroup } };
    return { LogType, LogFormat, DestinationType, DestinationDetails, Status: "active" };
}

const members = (given: Form, name: string) =>
    Array.from({ length: Number(given.text("NumCacheClusters") ?? 1) }, (_, index) => `${name}-00${index + 1}`);
const endpoint = (given: Form, name: string): Said => ({
    Address: `master.${name}.abc.use1.cache.amazonaws.com`,
    Port: given.text("Port"),
});
const arn = (kind: string, name: string) =>
    `arn:aws:elasticache:us-east-1:123456789012:${kind.replace(/^Cache/, "").toLowerCase()}:${name}`;
const list = (kind: string) => (/^User/.test(kind) ? "member" : kind);

/** The arguments of a call: those of lists are numbered. */
class Form {
    constructor(private readonly given: URLSearchParams) {}

    text(name: string): string | undefined {
        return this.given.get(name) ?? undefined;
    }

    texts(...names: readonly string[]): Said {
        return Object.fromEntries(names.map((name) => [name, this.text(name)]));
    }

    /** Each of a list, with its members; of a list of texts, the one under "". */
    list(name: string): Readonly<Record<string, string>>[] {
        const found: Record<string, string>[] = [];
        for (const [key, value] of this.given) {
            if (!key.startsWith(`${name}.`)) continue;
            const [, index, member = ""] = /^\.\w+\.(\d+)(?:\.(.+))?$/.exec(key.slice(name.length)) ?? [];
            if (index !== undefined) (found[Number(index) - 1] ??= {})[member] = value;
        }
        return found;
    }

    /** What was said before, and then this. A list that is given stands for the whole. */
    with(later: Form): Form {
        const lists = new Set([...later.given.keys()].map((key) => key.split(".")[0]));
        const before = [...this.given].filter(([key]) => !lists.has(key.split(".")[0]));
        return new Form(new URLSearchParams([...before, ...later.given]));
    }
}

function said(action: string, result: Said): Answered {
    const space = 'xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/"';
    const own = `<${action}Result>${rendered(result)}</${action}Result>`;
    return xml(`<${action}Response ${space}>${own}</${action}Response>`);
}

function fault(code: string, message: string): Answered {
    const body = rendered({ Error: { Type: "Sender", Code: code, Message: message } });
    return { ...xml(`<ErrorResponse>${body}</ErrorResponse>`), status: 404 };
}

function rendered(value: Said): string {
    return Object.entries(value)
        .map(([name, member]) => (member === undefined ? "" : `<${name}>${inner(member)}</${name}>`))
        .join("");
}

function inner(member: Member): string {
    if (typeof member === "string") return member.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    if (!isList(member)) return rendered(member);
    const [each, items] = member;
    return items.map((one) => `<${each}>${inner(one)}</${each}>`).join("");
}

function isList(member: Exclude<Member, string>): member is readonly [string, readonly (string | Said)[]] {
    return Array.isArray(member);
}
