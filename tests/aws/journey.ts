import { DeletePublicAccessBlockCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import {
    DescribeContinuousBackupsCommand,
    DynamoDBClient,
    ListTablesCommand,
    UpdateContinuousBackupsCommand,
} from "@aws-sdk/client-dynamodb";
import { GetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type * as auto from "@pulumi/pulumi/automation";
import { expect } from "chai";
import type { ProfileName } from "../../components/settings";
import { steps, stopAtFailure } from "../support/engine";
import { written } from "../support/written";
import { Emulator, missing } from "./emulator";
import { leaveOutGaps } from "./gaps";
import { inventory, unseen } from "./inventory";

/** Way is a program that is made, looked at, changed, and taken down again. */
export interface Way {
    readonly name: string;
    readonly program: () => unknown;
    readonly profile: ProfileName;
    /** Configuration. What is secret in it must not be found in the state. */
    readonly settings?: Readonly<Record<string, string | auto.ConfigValue>>;
    /** Makes in the emulator what the program takes for given, and answers more configuration. */
    readonly prepare?: (emulator: Emulator) => Promise<Readonly<Record<string, string>>>;
    /** Of which data protection holds on to each piece, also where nobody looks first: one of S3 among it. */
    readonly keeps?: RegExp;
    /** A setting that is changed, and the steps that this takes. */
    readonly change?: { readonly key: string; readonly to: string; readonly steps: readonly string[] };
}

/** A whole stack with the real engine and the real provider, from nothing to nothing. One file each, so that they run side by side. */
export function journey({ name, program, profile, settings = {}, prepare, change, keeps }: Way): void {
    const absent = missing();
    if (absent)
        describe(`${name} (${profile}) with the real provider`, () => it(`is not tried here: there is ${absent}`));
    else
        describe(`${name} (${profile}) with the real provider`, function () {
            this.timeout(1_800_000);
            stopAtFailure();
            let emulator: Emulator;
            let stack: auto.Stack;
            let first: string[];
            const inline = async () => {
                leaveOutGaps();
                return Promise.resolve(program() as Record<string, unknown>);
            };

            before(async () => {
                emulator = await Emulator.start();
                const more = await prepare?.(emulator);
                first = await inventory(emulator);
                stack = await emulator.stack(profile, inline, { "mvi:profile": profile, ...settings, ...more });
            });
            after(() => emulator?.close());

            it("is made, and a preview finds nothing to change afterwards", async () => {
                await stack.up();
                await stack.preview({ expectNoChanges: true });
            });

            it("is seen by the inventory: one line at least for each that was made", async () => {
                const { resources } = (await stack.exportStack()).deployment as Exported;
                const made = resources.filter(({ custom, external }) => custom && !external);
                const there = (await inventory(emulator)).filter((one) => !first.includes(one));
                expect(
                    unseen(
                        made.map(({ type }) => type),
                        there,
                    ),
                ).to.deep.equal([]);
            });

            it("keeps no secret in plain text", async () => {
                const client = new SecretsManagerClient(emulator.client);
                const { SecretList = [] } = await client.send(new ListSecretsCommand({}));
                const values: string[] = Object.values(settings).flatMap((one) =>
                    typeof one === "object" && one.secret ? [one.value] : [],
                );
                for (const { ARN } of SecretList) {
                    const { SecretString } = await client
                        .send(new GetSecretValueCommand({ SecretId: ARN }))
                        .catch(() => ({ SecretString: undefined }));
                    if (SecretString) values.push(...leaves(SecretString));
                }
                const state = emulator.state(profile);
                expect(values.filter((value) => value.length > 12 && written(state, value))).to.deep.equal([]);
                expect(values).to.not.deep.equal([]);
            });

            it("sees what was changed behind its back, and mends it", async () => {
                const s3 = new S3Client({ ...emulator.client, forcePathStyle: true });
                const dynamo = new DynamoDBClient(emulator.client);
                const [Bucket] = (await s3.send(new ListBucketsCommand({}))).Buckets!.map((one) => one.Name!);
                await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
                const { TableNames = [] } = await dynamo.send(new ListTablesCommand({}));
                const [TableName] = TableNames;
                const points = async () =>
                    (await dynamo.send(new DescribeContinuousBackupsCommand({ TableName })))
                        .ContinuousBackupsDescription!.PointInTimeRecoveryDescription!.PointInTimeRecoveryStatus;
                const kept = await points();
                await dynamo.send(
                    new UpdateContinuousBackupsCommand({
                        TableName,
                        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: kept === "DISABLED" },
                    }),
                );
                const [alarm] = await emulator.names("monitoring", "2010-08-01 DescribeAlarms", /<AlarmName>(.*?)</g);
                await emulator.ask("monitoring", "2010-08-01 DeleteAlarms", { "AlarmNames.member.1": alarm });

                const seen = await steps((onEvent) => stack.preview({ refresh: true, onEvent } as auto.PreviewOptions));
                const done = await steps((onEvent) => stack.up({ refresh: true, onEvent }));
                const table = /^(.*)-[0-9a-f]{7}$/.exec(TableName)![1];
                for (const all of [seen, done]) {
                    expect(
                        all.map((step) => step.replace(/^create .*-(publicAccess|alarm)(-.*)?$/, "create $1")).sort(),
                    ).to.deep.equal([
                        "create alarm",
                        "create publicAccess",
                        `update ${table}`,
                        "update stack-dashboard",
                    ]);
                }
                expect(await points()).to.equal(kept);
                await stack.preview({ expectNoChanges: true });
            });

            if (change)
                it("changes what a changed setting is for, and no more", async () => {
                    await stack.setConfig(change.key, { value: change.to });
                    expect(await steps((onEvent) => stack.up({ onEvent }))).to.deep.equal(change.steps);
                });

            if (profile !== "dev")
                it("is not taken down while it is protected", async () => {
                    const message = async (operation: Promise<unknown>) =>
                        operation.then(
                            () => "done",
                            (error: Error) => error.message,
                        );
                    const { resources } = (await stack.exportStack()).deployment as Exported;
                    const guarded = resources.filter(({ protect }) => protect).map(({ urn }) => urn);
                    expect(guarded.length).to.be.above(3);
                    const before = await inventory(emulator);
                    // `pulumi destroy` looks first, as far as the first that are protected, names them, and does nothing at all.
                    const refusal = await message(stack.previewDestroy());
                    const named = [...refusal.matchAll(/resource "([^"]+)" cannot be deleted/g)].map(([, urn]) => urn);
                    expect(named).to.not.deep.equal([]);
                    expect(guarded).to.include.members(named);
                    expect(await inventory(emulator)).to.deep.equal(before);
                    if (keeps) {
                        const there = (await inventory(emulator)).filter((one) => keeps.test(one));
                        const [, bucket] = there.join("\n").match(/^s3\.Bucket: (.*)$/m)!;
                        await emulator.send("s3", "PUT", `/${bucket}/kept.txt`, "kept");
                        expect(await message(stack.destroy())).to.match(/protect/);
                        expect(await inventory(emulator)).to.include.members(there);
                        expect(await emulator.send("s3", "GET", `/${bucket}/kept.txt`)).to.equal("kept");
                    }
                    await stack.setConfig("mvi:protect", { value: "false" });
                    await stack.up();
                });

            it("leaves nothing behind", async () => {
                await stack.destroy({ continueOnError: true });
                expect((await inventory(emulator)).filter((one) => !first.includes(one))).to.deep.equal([]);
            });
        });
}

/** A stack's state, as far as it is looked at. */
interface Exported {
    readonly resources: readonly {
        readonly urn: string;
        readonly type: string;
        readonly custom: boolean;
        readonly external?: boolean;
        readonly protect?: boolean;
    }[];
}

/** The values of a secret: of an object in JSON its members'. */
function leaves(text: string): string[] {
    try {
        return Object.values(JSON.parse(text) as Record<string, unknown>).map(String);
    } catch {
        return [text];
    }
}
