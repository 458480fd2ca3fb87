import { expect } from "chai";
import { elastiCache } from "./elasticache";
import { clusters } from "./rds";

/** What a mend answers to a form; `says` is what the emulator would. */
async function answered(mend: ReturnType<typeof clusters>, form: Record<string, string>, says = "") {
    const body = Buffer.from(new URLSearchParams(form).toString());
    const asked = { service: "any", action: form.Action, method: "POST", path: "/", headers: {}, body };
    const { status, body: text } = await mend(asked, () => Promise.resolve({ status: 200, headers: {}, body: says }))!;
    return { status, text: text.toString() };
}

describe("ElastiCache before the emulator", () => {
    const name = { ReplicationGroupId: "cache-1" };
    const made = {
        ...name,
        Engine: "valkey",
        EngineVersion: "8.2",
        NumCacheClusters: "2",
        SnapshotRetentionLimit: "7",
        "SecurityGroupIds.SecurityGroupId.1": "sg-1",
        "UserGroupIds.member.1": "people",
        "Tags.Tag.1.Key": "mvi:app",
        "Tags.Tag.1.Value": "a & b",
    };

    it("keeps what it is told of a cache, says it of each of its members, and changes it when told so", async () => {
        const { mend } = elastiCache();
        const ask = async (Action: string, form: Record<string, string> = {}) =>
            (await answered(mend, { Action, ...form })).text;
        await ask("CreateReplicationGroup", made);
        const group = await ask("DescribeReplicationGroups", name);
        expect(group).to.include(
            "<MemberClusters><ClusterId>cache-1-001</ClusterId><ClusterId>cache-1-002</ClusterId>",
        );
        expect(group).to.include("<SnapshotRetentionLimit>7<").and.include("<UserGroupIds><member>people</member>");
        const member = await ask("DescribeCacheClusters", { CacheClusterId: "cache-1-002" });
        expect(member).to.include("<EngineVersion>8.2.0<").and.include("<SecurityGroupId>sg-1<");
        const [, ResourceName] = /<ARN>(.*?)</.exec(group)!;
        expect(await ask("ListTagsForResource", { ResourceName })).to.include("<Value>a &amp; b</Value>");
        await ask("ModifyReplicationGroup", { ...name, SnapshotRetentionLimit: "9" });
        const changed = await ask("DescribeReplicationGroups");
        expect(changed).to.include("<SnapshotRetentionLimit>9<").and.include("<Engine>valkey<");
    });

    it("has nothing that is not there, and names what is left", async () => {
        const own = elastiCache();
        const ask = (Action: string, form: Record<string, string>) => answered(own.mend, { Action, ...form });
        for (const [action, form, code] of [
            ["DescribeReplicationGroups", name, "ReplicationGroupNotFoundFault"],
            ["ModifyUserGroup", { UserGroupId: "people" }, "UserGroupNotFound"],
            ["DescribeCacheClusters", { CacheClusterId: "cache-1-001" }, "CacheClusterNotFound"],
            ["DescribeCacheParameters", { CacheParameterGroupName: "none" }, "CacheParameterGroupNotFound"],
            ["CreateServerlessCache", {}, "InvalidAction"],
        ] as const) {
            const { status, text } = await ask(action, form);
            expect([status, /<Code>(.*?)</.exec(text)?.[1]]).to.deep.equal([404, code]);
        }
        await ask("CreateReplicationGroup", made);
        await ask("CreateUser", { UserId: "app", UserName: "app" });
        expect(own.left().sort()).to.deep.equal(["ReplicationGroup: cache-1", "User: app"]);
        await ask("DeleteReplicationGroup", name);
        expect(own.left()).to.deep.equal(["User: app"]);
    });
});

describe("Aurora before the emulator", () => {
    it("says how long it is supported, and nothing of the first Serverless", async () => {
        const mend = clusters();
        const says = (id: string) =>
            `<DBCluster><DBClusterIdentifier>${id}</DBClusterIdentifier><ScalingConfigurationInfo><MinCapacity>1</MinCapacity></ScalingConfigurationInfo></DBCluster>`;
        const id = { DBClusterIdentifier: "a" };
        await answered(mend, { Action: "CreateDBCluster", ...id, EngineLifecycleSupport: "off" }, says("a"));
        const { text } = await answered(mend, { Action: "DescribeDBClusters" }, says("a") + says("b"));
        expect(text).to.equal(
            "<DBCluster><DBClusterIdentifier>a</DBClusterIdentifier><EngineLifecycleSupport>off</EngineLifecycleSupport></DBCluster>" +
                "<DBCluster><DBClusterIdentifier>b</DBClusterIdentifier></DBCluster>",
        );
    });
});
