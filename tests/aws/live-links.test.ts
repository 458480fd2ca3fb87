import type * as auto from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { Blob, Container, Database, Key, KV, Log, Metric, Secret } from "../../components";
import type * as pulumi from "@pulumi/pulumi";
import { Emulator, missing } from "./emulator";
import { leaveOutGaps } from "./gaps";
import { Permissions } from "./permissions";

const image = `ghcr.io/example/app@sha256:${"0".repeat(64)}`;

/** One who writes, one who reads, one who has no link, and a server which only the first two reach. */
function program() {
    leaveOutGaps();
    const blob = new Blob("files");
    const kv = new KV("items", { partitionKey: "id" });
    const key = new Key("vault", {});
    const secret = new Secret("token", { value: "planted-token-value" });
    const db = new Database("db", { engine: "postgres" });
    const log = new Log("lines", {});
    const metric = new Metric("orders");
    const server = new Container("server", { image, port: 3000 });
    const writer = new Container("writer", { image, uses: [blob, kv, key, secret, db, log, metric, server] });
    const reader = new Container("reader", {
        image,
        uses: [blob.readOnly(), kv.readOnly(), key.can("decrypt"), db.readOnly(), server],
    });
    const stranger = new Container("stranger", { image });
    const of = ({ nodes }: Container) => {
        const { taskRole, startRole, group } = nodes.aws as unknown as Record<
            string,
            { arn: pulumi.Output<string>; id: pulumi.Output<string> }
        >;
        return { role: taskRole.arn, start: startRole.arn, group: group.id };
    };
    const node = (component: { nodes: unknown }, name: string) =>
        (component.nodes as { aws: Record<string, { id: pulumi.Output<string>; arn: pulumi.Output<string> }> }).aws[
            name
        ];
    return {
        writer: of(writer),
        reader: of(reader),
        stranger: of(stranger),
        server: of(server),
        database: node(db, "group").id,
        blob: blob.id,
        kv: kv.id,
        key: key.id,
        secret: node(secret, "secret").arn,
        log: log.id,
    };
}

interface Who {
    readonly role: string;
    readonly start: string;
    readonly group: string;
}
type Outputs = Record<"writer" | "reader" | "stranger" | "server", Who> &
    Record<"database" | "blob" | "kv" | "key" | "secret" | "log", string>;

const absent = missing();
if (absent) describe("Links with the real provider", () => it(`are not tried here: there is ${absent}`));
else
    describe("Links with the real provider, by each role's own credentials", function () {
        this.timeout(1_800_000);
        const permissions = new Permissions();
        const keys: Record<string, string> = {};
        let emulator: Emulator;
        let out: Outputs;

        before(async () => {
            emulator = await Emulator.start([permissions.mend]);
            const stack: auto.Stack = await emulator.stack("links", () => Promise.resolve(program()), {});
            const { outputs } = await stack.up();
            out = Object.fromEntries(
                Object.entries(outputs).map(([name, { value }]) => [name, value as never]),
            ) as unknown as Outputs;
            for (const who of ["writer", "reader", "stranger"] as const) {
                keys[who] = await permissions.assume(emulator, out[who].role);
                keys[`${who}'s start`] = await permissions.assume(emulator, out[who].start);
            }
        });
        after(() => emulator?.close());

        /** Who may, of all whom there are. */
        async function may(call: (key: string) => Promise<unknown>): Promise<string[]> {
            const able: string[] = [];
            for (const [who, key] of Object.entries(keys)) {
                const done = await call(key).then(
                    () => true,
                    (error: Error) => {
                        if (error.message.includes("AccessDenied")) return false;
                        throw error;
                    },
                );
                if (done) able.push(who);
            }
            return able;
        }
        const json = (service: string, action: string, given: Record<string, unknown>) =>
            may((key) => emulator.ask(service, action, given, key));

        it("blob", async () => {
            const at = `/${out.blob}/one.txt`;
            expect(await may((key) => emulator.send("s3", "PUT", at, "one", key))).to.deep.equal(["writer"]);
            expect(await may((key) => emulator.send("s3", "GET", at, undefined, key))).to.deep.equal([
                "writer",
                "reader",
            ]);
            expect(
                await may((key) => emulator.send("s3", "GET", `/${out.blob}/?list-type=2`, undefined, key)),
            ).to.deep.equal(["writer", "reader"]);
            expect(await may((key) => emulator.send("s3", "DELETE", at, undefined, key))).to.deep.equal(["writer"]);
        });

        it("key-values", async () => {
            const Key = { id: { S: "1" } };
            const TableName = out.kv;
            expect(await json("dynamodb", "DynamoDB_20120810.PutItem", { TableName, Item: Key })).to.deep.equal([
                "writer",
            ]);
            expect(await json("dynamodb", "DynamoDB_20120810.GetItem", { TableName, Key })).to.deep.equal([
                "writer",
                "reader",
            ]);
            expect(await json("dynamodb", "DynamoDB_20120810.DeleteTable", { TableName })).to.deep.equal([]);
        });

        it("key", async () => {
            const Plaintext = Buffer.from("text").toString("base64");
            expect(await json("kms", "TrentService.Encrypt", { KeyId: out.key, Plaintext })).to.deep.equal(["writer"]);
            const { CiphertextBlob } = await emulator.ask<{ CiphertextBlob: string }>("kms", "TrentService.Encrypt", {
                KeyId: out.key,
                Plaintext,
            });
            expect(await json("kms", "TrentService.Decrypt", { KeyId: out.key, CiphertextBlob })).to.deep.equal([
                "writer",
                "reader",
            ]);
            expect(await json("kms", "TrentService.ScheduleKeyDeletion", { KeyId: out.key })).to.deep.equal([]);
        });

        it("secret: who starts the container, and not what runs in it", async () => {
            const read = { SecretId: out.secret };
            expect(await json("secretsmanager", "secretsmanager.GetSecretValue", read)).to.deep.equal([
                "writer's start",
            ]);
            expect(
                await json("secretsmanager", "secretsmanager.PutSecretValue", { ...read, SecretString: "x" }),
            ).to.deep.equal([]);
        });

        it("database: each has its own user, and none the administrator's", async () => {
            const { SecretList } = await emulator.ask<{ SecretList: { ARN: string; Name: string }[] }>(
                "secretsmanager",
                "secretsmanager.ListSecrets",
            );
            const found: Record<string, string[]> = {};
            for (const { ARN, Name } of SecretList.filter(({ ARN: arn }) => arn !== out.secret)) {
                await emulator.ask("secretsmanager", "secretsmanager.PutSecretValue", {
                    SecretId: ARN,
                    SecretString: "{}",
                });
                found[Name.replace(/-[0-9a-f]{7}$/, "").replace(/^rds!.*/, "administrator")] = await json(
                    "secretsmanager",
                    "secretsmanager.GetSecretValue",
                    { SecretId: ARN },
                );
            }
            expect(found).to.deep.equal({
                administrator: [],
                "db-userSecret-app": ["writer's start"],
                "db-userSecret-reader": ["reader's start"],
            });
        });

        it("log", async () => {
            const logGroupName = out.log;
            await emulator.ask("logs", "Logs_20140328.CreateLogStream", { logGroupName, logStreamName: "one" });
            const given = { logGroupName, logStreamName: "one", logEvents: [{ timestamp: Date.now(), message: "x" }] };
            expect(await json("logs", "Logs_20140328.PutLogEvents", given)).to.deep.equal(["writer"]);
        });

        it("metric: in the stack's own namespace only", async () => {
            const given = { "MetricData.member.1.MetricName": "orders", "MetricData.member.1.Value": "1" };
            const put = (Namespace: string) => json("monitoring", "2010-08-01 PutMetricData", { ...given, Namespace });
            expect(await put("project/links")).to.deep.equal(["writer"]);
            expect(await put("AWS/RDS")).to.deep.equal([]);
        });

        it("container and database: a way through the network, for who has a link", async () => {
            const rules = await emulator.ask<string>("ec2", "2016-11-15 DescribeSecurityGroupRules");
            const ways = rules
                .split(/<securityGroupRuleId>|<item><ipProtocol/)
                .filter((one) => one.includes("<isEgress>false"))
                .map((one) => [
                    /<groupId>(.*?)</.exec(one)?.[1],
                    /<referencedGroupInfo>.*?<groupId>(.*?)</s.exec(one)?.[1],
                ]);
            for (const target of [out.server.group, out.database]) {
                expect(ways.some(([to, from]) => to === target && from === out.writer.group)).to.equal(true);
                expect(ways.some(([to, from]) => to === target && from === out.reader.group)).to.equal(true);
                expect(ways.some(([to, from]) => to === target && from === out.stranger.group)).to.equal(false);
            }
        });
    });
