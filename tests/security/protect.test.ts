// `mvi:protect` is of what holds data. The engine must know of it: what is replaced is made anew first and left second, and a
// cloud that refuses only the second comes too late.
import { expect } from "chai";
import { Blob, Container, Database, Key, KV, Log, Secret } from "../../components";
import { recorded as onAws } from "../aws/program";
import { recorded as onGcp } from "../gcp/program";
import type { Recorded } from "../support/record";

const image = `ghcr.io/acme/web@sha256:${"a".repeat(64)}`;

/** Everything that holds data, and something that holds none. */
function program(aurora: boolean) {
    const key = new Key("key");
    new Key("brought", { material: "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=" });
    new Secret("secret", { generate: {}, key });
    new Blob("blob", { cors: [{ origins: ["*"] }] });
    new KV("kv");
    const log = new Log("log", { export: new Blob("lines") });
    const postgres = new Database("postgres", { engine: "postgres" });
    const redis = new Database("redis", { engine: "redis" });
    if (aurora) new Database("aurora", { engine: "mysql", size: "serverless" });
    new Container("web", { image, log, port: 80, uses: [postgres, redis] });
}

/** The same, of which each is called open. */
function open() {
    const open = { protect: false };
    const key = new Key("key", open);
    new Secret("secret", { generate: {}, key, ...open });
    new Blob("blob", open);
    new KV("kv", { key, ...open });
    new Log("log", { key, ...open });
    new Database("postgres", { engine: "postgres", key, ...open });
    new Database("redis", { engine: "redis", key, ...open });
}

/** What is protected: names by type. The stack's own logs are among it: they tell who did what, which is data as well. */
const expected = {
    aws: {
        "dynamodb/table": ["kv"],
        "cloudwatch/logGroup": ["log", "stack-cluster-exec"],
        "elasticache/replicationGroup": ["redis"],
        "kms/externalKey": ["brought"],
        "kms/key": ["key", "stack-key"],
        "rds/cluster": ["aurora"],
        "rds/instance": ["postgres"],
        "s3/bucket": ["blob", "lines", "stack-access-logs"],
        "secretsmanager/secret": ["secret"],
    },
    gcp: {
        "firestore/database": ["kv"],
        "kms/cryptoKey": ["brought", "key", "stack-key"],
        "logging/projectBucketConfig": ["log"],
        "memorystore/instance": ["redis"],
        "secretmanager/secret": ["secret"],
        "sql/databaseInstance": ["postgres"],
        "storage/bucket": ["blob", "lines", "stack-access-logs"],
    },
};
const clouds = { aws: onAws, gcp: onGcp };

function guarded(all: readonly Recorded[]): Record<string, string[]> {
    const found: Record<string, string[]> = {};
    for (const { type, name, options } of all) if (options.protect) (found[type.split(":")[1]] ??= []).push(name);
    for (const names of Object.values(found)) names.sort();
    return found;
}

for (const cloud of ["aws", "gcp"] as const)
    describe(`What holds data on ${cloud}`, () => {
        const made = (body: () => void, profile: string) => clouds[cloud](body, { "mvi:profile": profile });

        it("is protected by the engine too, and nothing else is", async () => {
            for (const profile of ["small", "prod"])
                expect(guarded(await made(() => program(cloud === "aws"), profile)), profile).to.deep.equal(
                    expected[cloud],
                );
        });

        it("is not at dev, nor where a component says so", async () => {
            expect(guarded(await made(() => program(cloud === "aws"), "dev"))).to.deep.equal({});
            const own = Object.values(guarded(await made(open, "prod"))).flat();
            expect(own.filter((name) => !name.startsWith("stack-"))).to.deep.equal([]);
        });
    });
