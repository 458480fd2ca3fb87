import type * as auto from "@pulumi/pulumi/automation";
import { expect } from "chai";
import * as path from "node:path";
import { Blob, Container, Database, Image, Job, KV, LoadBalancer, VM } from "../../components";
import { steps, stopAtFailure } from "../support/engine";
import { Emulator, missing } from "./emulator";
import { leaveOutGaps } from "./gaps";

/** What is changed between runs. */
const wanted = {
    greeting: "hello",
    colour: "blue",
    scale: { min: 1, max: 2 },
    cpu: 0.25,
    size: "micro" as "micro" | "small",
    storage: 20,
    machines: 1,
    allowed: "192.0.2.0/24",
};

function program() {
    leaveOutGaps();
    const app = new Image("app", {
        context: path.resolve(__dirname, "../../examples/everything/app"),
        dockerfile: "Containerfile",
        target: "run",
        args: { GREETING: wanted.greeting },
    });
    const files = new Blob("files", {});
    const items = new KV("items", { partitionKey: "id" });
    const db = new Database("db", { engine: "postgres", size: wanted.size, storage: wanted.storage });
    const web = new Container("web", {
        image: app,
        port: 3000,
        env: { COLOUR: wanted.colour },
        cpu: wanted.cpu,
        scale: wanted.scale,
        uses: [files, items, db],
    });
    new LoadBalancer("front", { routes: [{ to: web }], allow: [wanted.allowed] });
    new Job("nightly", { image: app, command: ["node", "report.js"], schedule: "0 3 * * *", uses: [files] });
    new VM("machine", { start: "while true; do sleep 60; done", cpu: 1, scale: { min: wanted.machines, max: 3 } });
    return { files: files.id, items: items.id, db: db.id };
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

        before(async () => {
            emulator = await Emulator.start();
            stack = await emulator.stack("changes", () => Promise.resolve(program()), {});
            first = known(await stack.up());
            await emulator.send("s3", "PUT", `/${String(first.files)}/kept.txt`, "kept");
            await emulator.ask("dynamodb", "DynamoDB_20120810.PutItem", {
                TableName: first.items,
                Item: { id: { S: "kept" } },
            });
        });
        after(() => emulator?.close());

        async function changed(change: Partial<typeof wanted>): Promise<string[]> {
            Object.assign(wanted, change);
            const done = await steps((onEvent) => stack.up({ onEvent }));
            await stack.preview({ expectNoChanges: true });
            return done;
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
            const done = await changed({
                scale: { min: 2, max: 4 },
                cpu: 0.5,
                size: "small",
                storage: 40,
                machines: 2,
                allowed: "198.51.100.0/24",
            });
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

        it("what somebody changed by hand is seen, and mended", async () => {
            const DBInstanceIdentifier = String(first.db);
            await emulator.ask("rds", "2014-10-31 ModifyDBInstance", {
                DBInstanceIdentifier,
                BackupRetentionPeriod: "1",
                ApplyImmediately: "true",
            });
            const refreshed = { refresh: true } as auto.UpOptions;
            expect(await steps((onEvent) => stack.preview({ ...refreshed, onEvent }))).to.include("update db");
            expect(await steps((onEvent) => stack.up({ ...refreshed, onEvent }))).to.include("update db");
            const found = await emulator.ask<string>("rds", "2014-10-31 DescribeDBInstances", { DBInstanceIdentifier });
            expect(/<BackupRetentionPeriod>(\d+)/.exec(found)![1]).to.equal("7");
        });
    });

function known({ outputs }: { outputs: auto.OutputMap }): Record<string, unknown> {
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]));
}

function replaced(name: string): string[] {
    return [`create-replacement ${name}`, `delete-replaced ${name}`, `replace ${name}`];
}
