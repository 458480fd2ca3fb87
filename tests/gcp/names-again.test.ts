// A stack that was destroyed can be made again at once: what Google does not give out again, or only later, has another name then.
import { expect } from "chai";
import { Blob, Container, Database, Job, Key, KV, LoadBalancer, Log, Secret, VM } from "../../components";
import { type Registered, run } from "../support/mocks";
import { app } from "../conformance/parts";
import { lens } from "./lens";

// No container engine is needed to see what would be built.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";

/** By type: the argument that names it, and how long a deleted one's name is not given out. */
const kept: Readonly<Record<string, readonly [argument: string, howLong: string]>> = {
    "cloudrunv2/service:Service": ["name", "who calls its URL would call another one's"],
    "endpoints/service:Service": ["serviceName", "30 days"],
    "firestore/database:Database": ["name", "minutes"],
    "kms/cryptoKey:CryptoKey": ["name", "for ever"],
    "kms/keyRing:KeyRing": ["name", "for ever"],
    "kms/keyRingImportJob:KeyRingImportJob": ["importJobId", "for ever"],
    "logging/projectBucketConfig:ProjectBucketConfig": ["bucketId", "a week"],
    "memorystore/instance:Instance": ["instanceId", "while it is deleted"],
    "serviceaccount/account:Account": ["accountId", "what was granted to it would be its namesake's"],
    "sql/databaseInstance:DatabaseInstance": ["name", "a week"],
    "storage/bucket:Bucket": ["name", "anybody may have it meanwhile"],
};

/** What Google keeps the names of as well; none of ours: 37 days, 30 days, and for ever. */
const never = /iAMCustomRole|workloadIdentityPool|appengine/i;

describe("A stack on GCP that was destroyed", () => {
    it("is made again under names of which none was its own", async () => {
        const [first, second] = [await made("0a1b2c3d"), await made("4e5f6071")];
        expect(first.filter(({ type }) => never.test(type))).to.deep.equal([]);
        for (const [type, [argument, howLong]] of Object.entries(kept)) {
            const of = (all: readonly Registered[]) =>
                all.filter((one) => one.type === `gcp:${type}`).map(({ inputs }) => inputs[argument]);
            const [before, after] = [of(first), of(second)];
            expect(before.length, `there is a ${type}`).to.be.greaterThan(0);
            expect(after).to.have.length(before.length);
            // What has no name is called by Pulumi, with a random end of its own.
            before
                .filter((name) => name !== undefined)
                .forEach((name) => expect(after, `${type}, ${howLong}`).to.not.include(name));
        }
    });

    it("has no other name that stays the same, but those of DNS, which are free as soon as they are deleted", async () => {
        const [first, second] = [await made("0a1b2c3d"), await made("4e5f6071")];
        const again = new Map(second.map((one) => [`${one.type} ${one.name}`, one.inputs.name]));
        const same = first.filter(
            ({ type, name, inputs }) =>
                type.startsWith("gcp:") && inputs.name !== undefined && again.get(`${type} ${name}`) === inputs.name,
        );
        expect([...new Set(same.map(({ type }) => type.split(":")[1]))]).to.deep.equal(["dns/recordSet"]);
        // What a project has once is taken over by who makes it, and left by who deletes it.
        const once = first.filter(({ type }) => /^gcp:projects\/(service|iAMAuditConfig):/.test(type));
        for (const { type, inputs } of once.filter((one) => one.type.includes("/service:")))
            expect(inputs, type).to.include({ disableOnDestroy: false });
        expect(once.some(({ type }) => type.includes("iAMAuditConfig"))).to.equal(true);
    });
});

/** All that a stack makes whose random ends are `hex`. */
async function made(hex: string): Promise<Registered[]> {
    const { made: all } = await run(
        {
            config: { "mvi:cloud": "gcp" },
            calls: lens.calls,
            outputs: (type, name, inputs) => ({
                ...lens.outputs(type, name, inputs),
                ...(type === "random:index/randomId:RandomId" ? { hex } : {}),
            }),
        },
        () => {
            const uses = [
                new Blob("files"),
                new KV("visits"),
                new Secret("token", { generate: {} }),
                new Key("own", { material: Buffer.alloc(32).toString("base64") }),
                new Database("db", { engine: "postgres" }),
                new Database("cache", { engine: "redis" }),
            ];
            const web = new Container("web", { build: app, port: 80, uses, log: new Log("lines") });
            new LoadBalancer("front", { routes: [{ to: web, path: "/app" }] });
            new Job("nightly", { build: app, schedule: "0 3 * * *", uses });
            new VM("machine", { uses });
            new Container("raw", { build: app, ports: { raw: { port: 9000, protocol: "tcp" } } });
        },
    );
    return all;
}
