import type * as auto from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { broughtUp, changing, known, replaced, scaledTo, type Wanted, wantedFirst } from "../support/changes";
import { steps, stopAtFailure } from "../support/engine";
import { Emulator, missing } from "./emulator";
import { leaveOutGaps } from "./gaps";
import type { Mend } from "./gateway";

const wanted = wantedFirst(0.25);

function program() {
    leaveOutGaps();
    return changing(wanted);
}

const absent = missing();
if (absent) describe("Changes with the real provider", () => it(`are not tried here: there is ${absent}`));
else
    describe("Changes with the real provider", function () {
        this.timeout(1_800_000);
        stopAtFailure();
        let emulator: Emulator;
        let stack: auto.Stack;
        let first: Record<string, unknown>;
        /** What was asked about refreshes of machines. */
        const refreshes: URLSearchParams[] = [];
        const record: Mend = ({ action, body }) => {
            if (action === "StartInstanceRefresh") refreshes.push(new URLSearchParams(body.toString()));
            return undefined;
        };

        before(async () => {
            emulator = await Emulator.start([record]);
            stack = await emulator.stack("changes", () => Promise.resolve(program()), {});
            first = known(await stack.up());
            await emulator.send("s3", "PUT", `/${String(first.files)}/kept.txt`, "kept");
            await emulator.ask("dynamodb", "DynamoDB_20120810.PutItem", {
                TableName: first.items,
                Item: { id: { S: "kept" } },
            });
        });
        after(() => emulator?.close());

        function changed(change: Partial<Wanted>): Promise<string[]> {
            Object.assign(wanted, change);
            return broughtUp(stack);
        }

        it("a variable: a new version of the task, which the service goes over to", async () => {
            expect(await changed({ colour: "green" })).to.deep.equal([...replaced("web-definition"), "update web"]);
        });

        it("an image: all that run it", async () => {
            expect(await changed({ greeting: "welcome" })).to.deep.equal(
                [
                    ...replaced("nightly-definition"),
                    ...replaced("web-definition"),
                    "update app-build",
                    "update web",
                ].sort(),
            );
        });

        it("scale and size: in place, and no data is lost", async () => {
            const done = await changed(scaledTo(0.5));
            const all = done.filter((step) => !/(^replace|-replace(d|ment)) web-definition$/.test(step));
            expect(all.filter((step) => /replace|delete|create/.test(step))).to.deep.equal([]);
            expect(all).to.include.members(["update db", "update machine", "update web", "update web-scaling"]);
            expect(known({ outputs: await stack.outputs() })).to.deep.equal(first);
            expect(await emulator.send("s3", "GET", `/${String(first.files)}/kept.txt`)).to.equal("kept");
            expect(
                await emulator.ask("dynamodb", "DynamoDB_20120810.GetItem", {
                    TableName: first.items,
                    Key: { id: { S: "kept" } },
                }),
            ).to.have.property("Item");
        });

        it("a machine's processors: new machines one by one, in the same group", async () => {
            expect(refreshes.map(String), "before").to.deep.equal([]);
            expect(await changed({ processors: 2 })).to.deep.equal(["update machine", "update machine-template"]);
            expect(refreshes).to.have.lengthOf(1);
            const [refresh] = refreshes;
            expect(refresh.get("AutoScalingGroupName")).to.match(/machine/);
            expect(refresh.get("Strategy")).to.equal("Rolling");
            expect(Number(refresh.get("Preferences.MinHealthyPercentage"))).to.be.at.least(100);
        });

        it("the profile, from dev to prod: all that holds data stays, with what encrypts it", async () => {
            await stack.setConfig("mvi:profile", { value: "prod" });
            const done = await changed({});
            expect(done.filter((step) => /replace|delete/.test(step))).to.deep.equal([]);
            expect(done).to.include.members(["update db", "update files", "update items"]);
            expect(known({ outputs: await stack.outputs() })).to.deep.equal(first);
        });

        it("what somebody changed by hand is seen, and mended", async () => {
            const DBInstanceIdentifier = String(first.db);
            const retention = async () => {
                const found = await emulator.ask<string>("rds", "2014-10-31 DescribeDBInstances", {
                    DBInstanceIdentifier,
                });
                return /<BackupRetentionPeriod>(\d+)/.exec(found)![1];
            };
            expect(await retention()).to.equal("35");
            await emulator.ask("rds", "2014-10-31 ModifyDBInstance", {
                DBInstanceIdentifier,
                BackupRetentionPeriod: "1",
                ApplyImmediately: "true",
            });
            const refreshed = { refresh: true } as auto.UpOptions;
            expect(await steps((onEvent) => stack.preview({ ...refreshed, onEvent }))).to.include("update db");
            expect(await steps((onEvent) => stack.up({ ...refreshed, onEvent }))).to.include("update db");
            expect(await retention()).to.equal("35");
        });
    });
