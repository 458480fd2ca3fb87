import type * as auto from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { Database } from "../../components";
import { linked } from "../../components/workload";
import { broughtUp } from "../support/changes";
import { stopAtFailure } from "../support/engine";
import { Emulator, missing } from "./emulator";
import { leaveOutGaps } from "./gaps";
import { inventory } from "./inventory";

/** What is changed between runs. */
const wanted = {
    retention: 7,
    size: "micro" as "micro" | "small",
    slow: "5000",
    /** The databases whose data further ones begin with. */
    again: undefined as Record<"mysql" | "aurora" | "cache", string> | undefined,
};

const time = new Date().toISOString();

/** The databases that no other program here makes, each with one who writes and one who reads. */
function program(): Record<string, unknown> {
    leaveOutGaps();
    const { retention, size, slow } = wanted;
    const backups = { retention };
    const mysql = new Database("mysql", { engine: "mysql", size, backups });
    const aurora = new Database("aurora", { engine: "postgres", size: "serverless", backups });
    const cache = new Database("cache", {
        engine: "redis",
        size,
        backups,
        parameters: { "slowlog-log-slower-than": slow },
    });
    linked([mysql, aurora, cache].flatMap((one) => [one.link(), one.readOnly()]));
    if (wanted.again) {
        const { again } = wanted;
        new Database("mysql-again", { engine: "mysql", size, backups, restore: { from: again.mysql, time } });
        new Database("aurora-again", {
            engine: "postgres",
            size: "serverless",
            backups,
            restore: { from: again.aurora },
        });
        new Database("cache-again", { engine: "redis", size, backups, restore: { from: `${again.cache}-final` } });
    }
    return { mysql: mysql.id, aurora: aurora.id, cache: cache.id };
}

const absent = missing();
if (absent) describe("Databases with the real provider", () => it(`are not tried here: there is ${absent}`));
else
    describe("Databases with the real provider", function () {
        this.timeout(1_800_000);
        stopAtFailure();
        let emulator: Emulator;
        let stack: auto.Stack;
        let first: string[];
        const asked = new Map<string, URLSearchParams>();
        let ids: auto.OutputMap;

        before(async () => {
            emulator = await Emulator.start([
                ({ action, body }) => {
                    if (/^Restore|^CreateReplicationGroup/.test(action))
                        asked.set(action, new URLSearchParams(`${body}`));
                    return undefined;
                },
            ]);
            first = await inventory(emulator);
            stack = await emulator.stack("databases", () => Promise.resolve(program()), {});
        });
        after(() => emulator?.close());

        it("of MySQL, Aurora and Valkey are made, and a preview finds nothing to change afterwards", async () => {
            ids = (await stack.up()).outputs;
            await stack.preview({ expectNoChanges: true });
        });

        it("change in place, and stay the same ones", async () => {
            Object.assign(wanted, { retention: 9, size: "small", slow: "9000" });
            expect(await broughtUp(stack)).to.deep.equal([
                "update aurora",
                "update cache",
                "update cache-cacheParameters",
                "update mysql",
            ]);
            expect(await stack.outputs()).to.deep.equal(ids);
        });

        it("begin with another one's data, as of a point in time or with a backup", async () => {
            const [mysql, aurora, cache] = ["mysql", "aurora", "cache"].map((name) => ids[name].value as string);
            wanted.again = { mysql, aurora, cache };
            const done = await broughtUp(stack);
            expect(done).to.include.members(["create mysql-again", "create aurora-again", "create cache-again"]);
            expect(done.filter((step) => !/^create [a-z]+-again/.test(step))).to.deep.equal(["update stack-dashboard"]);
            const told = (action: string, ...names: string[]) =>
                Object.fromEntries(names.map((name) => [name, asked.get(action)?.get(name)]));
            const server = ["SourceDBInstanceIdentifier", "RestoreTime", "UseLatestRestorableTime", "DBName"];
            const { RestoreTime, ...others } = told("RestoreDBInstanceToPointInTime", ...server);
            // The provider leaves out the last zeros of a fraction.
            expect(Date.parse(`${RestoreTime}`)).to.equal(Date.parse(time));
            expect(others).to.deep.equal({
                SourceDBInstanceIdentifier: mysql,
                UseLatestRestorableTime: null,
                DBName: null,
            });
            const cluster = ["SourceDBClusterIdentifier", "UseLatestRestorableTime", "RestoreToTime"];
            expect(told("RestoreDBClusterToPointInTime", ...cluster)).to.deep.equal({
                SourceDBClusterIdentifier: aurora,
                UseLatestRestorableTime: "true",
                RestoreToTime: null,
            });
            expect(asked.get("RestoreDBClusterToPointInTime")!.get("KmsKeyId")).to.match(/^arn:aws:kms:/);
            expect(told("CreateReplicationGroup", "SnapshotName")).to.deep.equal({ SnapshotName: `${cache}-final` });
        });

        it("leave nothing behind", async () => {
            await stack.destroy({ continueOnError: true });
            const left = (await inventory(emulator)).filter((one) => !first.includes(one));
            // What RDS makes and takes away itself: see gaps.ts.
            expect(left.filter((one) => !/:secret:rds!|[:-]snapshot:rds:/.test(one))).to.deep.equal([]);
        });
    });
