import type * as auto from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { Emulator, missing, region } from "./emulator";
import { type Outputs, program, users } from "./links";
import { Permissions } from "./permissions";

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
            for (const who of users) {
                const { role, start } = out[who];
                keys[who] = await permissions.assume(emulator, role);
                if (start !== null) keys[`${who}'s start`] = await permissions.assume(emulator, start);
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

        /** Who may use a key of KMS by another service; directly, without one. */
        const mayUse = (action: string, resource: string, service?: string) =>
            Object.keys(keys).filter((who) =>
                permissions.allows(keys[who], {
                    action,
                    resource,
                    context: service ? { "kms:ViaService": `${service}.${region}.amazonaws.com` } : {},
                }),
            );

        /** What is kept elsewhere under this key, nobody opens; nor with the key itself. */
        async function closed(kms: string): Promise<void> {
            expect(mayUse("kms:Decrypt", kms, "ec2")).to.deep.equal([]);
            expect(mayUse("kms:Decrypt", kms)).to.deep.equal([]);
            const Plaintext = Buffer.from("text").toString("base64");
            const given = { KeyId: kms };
            const { CiphertextBlob } = await emulator.ask<{ CiphertextBlob: string }>("kms", "TrentService.Encrypt", {
                ...given,
                Plaintext,
            });
            expect(await json("kms", "TrentService.Decrypt", { ...given, CiphertextBlob })).to.deep.equal([]);
        }

        it("blob", async () => {
            const at = `/${out.blob}/one.txt`;
            expect(await may((key) => emulator.send("s3", "PUT", at, "one", key))).to.deep.equal(["writer"]);
            const read = ["writer", "reader", "batch", "aside", "box"];
            expect(await may((key) => emulator.send("s3", "GET", at, undefined, key))).to.deep.equal(read);
            expect(
                await may((key) => emulator.send("s3", "GET", `/${out.blob}/?list-type=2`, undefined, key)),
            ).to.deep.equal(read);
            expect(await may((key) => emulator.send("s3", "DELETE", at, undefined, key))).to.deep.equal(["writer"]);

            const encryption = await emulator.send("s3", "GET", `/${out.blob}?encryption`);
            const [, kms] = /<KMSMasterKeyID>(.*?)</.exec(encryption)!;
            expect(mayUse("kms:Decrypt", kms, "s3")).to.deep.equal(read);
            expect(mayUse("kms:GenerateDataKey", kms, "s3")).to.deep.equal(["writer"]);
            await closed(kms);
        });

        it("key-values", async () => {
            const Key = { id: { S: "1" } };
            const TableName = out.kv;
            const write = ["writer", "batch", "aside", "box"];
            const read = ["writer", "reader", "batch", "aside", "box"];
            expect(await json("dynamodb", "DynamoDB_20120810.PutItem", { TableName, Item: Key })).to.deep.equal(write);
            expect(await json("dynamodb", "DynamoDB_20120810.GetItem", { TableName, Key })).to.deep.equal(read);
            expect(await json("dynamodb", "DynamoDB_20120810.DeleteTable", { TableName })).to.deep.equal([]);

            const { Table } = await emulator.ask<{ Table: { SSEDescription: { KMSMasterKeyArn: string } } }>(
                "dynamodb",
                "DynamoDB_20120810.DescribeTable",
                { TableName },
            );
            const kms = Table.SSEDescription.KMSMasterKeyArn;
            expect(mayUse("kms:Decrypt", kms, "dynamodb")).to.deep.equal(read);
            expect(mayUse("kms:GenerateDataKey", kms, "dynamodb")).to.deep.equal(write);
            await closed(kms);
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

        it("key that signs", async () => {
            const given = {
                KeyId: out.seal,
                Message: Buffer.from("text").toString("base64"),
                SigningAlgorithm: "ECDSA_SHA_256",
            };
            expect(await json("kms", "TrentService.Sign", given)).to.deep.equal(["writer"]);
            const { Signature } = await emulator.ask<{ Signature: string }>("kms", "TrentService.Sign", given);
            expect(await json("kms", "TrentService.Verify", { ...given, Signature })).to.deep.equal([
                "writer",
                "reader",
            ]);
            expect(await json("kms", "TrentService.GetPublicKey", { KeyId: out.seal })).to.deep.equal([
                "writer",
                "reader",
            ]);
        });

        it("secret: who starts the container, and not what runs in it; a machine by itself", async () => {
            const read = { SecretId: out.secret };
            const who = ["writer's start", "batch's start", "aside's start", "box"];
            expect(await json("secretsmanager", "secretsmanager.GetSecretValue", read)).to.deep.equal(who);
            expect(
                await json("secretsmanager", "secretsmanager.PutSecretValue", { ...read, SecretString: "x" }),
            ).to.deep.equal([]);

            const { KmsKeyId } = await emulator.ask<{ KmsKeyId: string }>(
                "secretsmanager",
                "secretsmanager.DescribeSecret",
                read,
            );
            // Databases' users are secrets too.
            expect(mayUse("kms:Decrypt", KmsKeyId, "secretsmanager")).to.have.members([...who, "reader's start"]);
            expect(mayUse("kms:GenerateDataKey", KmsKeyId, "secretsmanager")).to.deep.equal([]);
            await closed(KmsKeyId);
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
                "cache-userSecret-app": ["writer's start"],
                "cache-userSecret-reader": ["reader's start"],
            });
        });

        it("log", async () => {
            const given = { logGroupName: out.log, logStreamName: "one" };
            await emulator.ask("logs", "Logs_20140328.CreateLogStream", given);
            const logEvents = [{ timestamp: Date.now(), message: "x" }];
            expect(await json("logs", "Logs_20140328.PutLogEvents", { ...given, logEvents })).to.deep.equal([
                "writer",
                "batch",
                "aside",
                "box",
            ]);
            expect(await json("logs", "Logs_20140328.GetLogEvents", given)).to.deep.equal(["reader"]);
            expect(await json("logs", "Logs_20140328.FilterLogEvents", { logGroupName: out.log })).to.deep.equal([
                "reader",
            ]);
            expect(await json("logs", "Logs_20140328.DeleteLogGroup", { logGroupName: out.log })).to.deep.equal([]);
        });

        it("metric: in the stack's own namespace only", async () => {
            const given = { "MetricData.member.1.MetricName": "orders", "MetricData.member.1.Value": "1" };
            const put = (Namespace: string) => json("monitoring", "2010-08-01 PutMetricData", { ...given, Namespace });
            expect(await put("project/links")).to.deep.equal(["writer"]);
            expect(await put("AWS/RDS")).to.deep.equal([]);
        });

        it("container, machine and database: a way through the network at its port, for who has a link", async () => {
            const rules = await emulator.ask<string>("ec2", "2016-11-15 DescribeSecurityGroupRules");
            const ways = rules.split(/<securityGroupRuleId>|<item><ipProtocol/).map((one) => ({
                out: one.includes("<isEgress>true"),
                of: /<groupId>(.*?)</.exec(one)?.[1],
                other: /<referencedGroupInfo>.*?<groupId>(.*?)</s.exec(one)?.[1],
                ports: ["fromPort", "toPort"].map((end) => Number(new RegExp(`<${end}>(.*?)<`).exec(one)?.[1])),
            }));
            const named = (group?: string) => users.find((who) => out[who].group === group) ?? group ?? "anybody";
            const linked: [group: string, port: number, who: string[]][] = [
                [out.server, 3000, ["writer", "reader", "batch", "aside", "box"]],
                [out.database, 5433, ["writer", "reader", out.settles]],
                [out.cache, 6379, ["writer", "reader"]],
                [out.front, 8080, ["writer"]],
                [out.box.group, 8080, [out.front]],
                [out.stranger.group, 0, []],
            ];
            for (const [group, port, who] of linked) {
                const into = ways.filter((way) => !way.out && way.of === group);
                const outOf = ways.filter((way) => way.out && way.other === group);
                expect(into.map(({ other }) => named(other))).to.have.members(who);
                expect(outOf.map(({ of }) => named(of))).to.have.members(who);
                for (const { ports } of [...into, ...outOf]) expect(ports).to.deep.equal([port, port]);
            }
        });

        it("judges by all of a role's policies, and by none that it does not understand", async () => {
            const RoleName = "judged";
            const iam = (action: string, given: Record<string, string>) =>
                emulator.ask<string>("iam", `2010-05-08 ${action}`, { RoleName, ...given });
            const assume = () => permissions.assume(emulator, `arn:aws:iam::123456789012:role/${RoleName}`);
            const PolicyDocument = (Effect: string, Action: string, more = {}) =>
                JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect, Action, Resource: "*", ...more }] });
            const deed = (action: string) => ({ action, resource: "arn:aws:s3:::one/two", context: {} });
            await iam("CreateRole", { AssumeRolePolicyDocument: PolicyDocument("Allow", "sts:AssumeRole") });

            await iam("PutRolePolicy", { PolicyName: "own", PolicyDocument: PolicyDocument("Allow", "s3:Get*") });
            const created = await emulator.ask<string>("iam", "2010-05-08 CreatePolicy", {
                PolicyName: "attached",
                PolicyDocument: PolicyDocument("Allow", "s3:PutObject"),
            });
            await iam("AttachRolePolicy", { PolicyArn: /<Arn>(.*?)</.exec(created)![1] });
            const both = await assume();
            expect(
                ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"].map((one) => permissions.allows(both, deed(one))),
            ).to.deep.equal([true, true, false]);

            await iam("PutRolePolicy", { PolicyName: "no", PolicyDocument: PolicyDocument("Deny", "s3:PutObject") });
            expect(permissions.allows(await assume(), deed("s3:PutObject"))).to.equal(false);

            for (const [strange, why] of [
                [{ Condition: { StringNotLike: { "aws:PrincipalArn": "*" } } }, "StringNotLike"],
                [{ Action: undefined, NotAction: "s3:GetObject" }, "NotAction"],
            ] as const) {
                await iam("PutRolePolicy", {
                    PolicyName: "strange",
                    PolicyDocument: PolicyDocument("Allow", "s3:GetObject", strange),
                });
                const refused = await assume().then(String, ({ message }: Error) => message);
                expect(refused).to.equal(`${RoleName}: nobody has taught this test ${why}`);
            }
        });
    });
