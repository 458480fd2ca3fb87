import { expect } from "chai";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { refusal, until } from "../agent/harness";
import { begin, show } from "./damage";
import { inDatabase, keepsOf, keptAt, lineOf, tableOf, withDatabase } from "./kept";
import { kill, runningIn } from "./machine";
import { faultHome, filesOf, type Version } from "./support";

describe("a full disk, through Pulumi's engine", function () {
    this.timeout(600_000);
    let home: ReturnType<typeof faultHome>;
    let version: Version;

    beforeEach(() => {
        home = faultHome();
        version = { version: "1", ...withDatabase };
    });
    afterEach(() => home.close());

    const kept = () => keptAt(home.agent().place, keepsOf(version));
    const line = (message: string, says: RegExp): string => lineOf(message, says, home.root);

    it("a full disk is named, what was there serves on, and all goes on when there is room", async function () {
        const disk = path.join(home.root, "agents");
        fs.mkdirSync(disk);
        try {
            execFileSync("mount", ["-t", "tmpfs", "-o", "size=200m,mode=0711", "tmpfs", disk], { stdio: "pipe" });
        } catch {
            this.skip(); // only root may make a small disk
        }
        try {
            const { stack, url } = await begin(home, () => version);
            fill(path.join(disk, "filler"));
            version = { ...version, version: "2" };
            const { message } = await refusal(stack.up());
            const says = /the disk of this machine is full \(ENOSPC.*make room for .*, and try again/;
            expect(message).to.match(says).and.not.include("defect");
            expect(await (await fetch(url)).json()).to.include({ version: "1" });
            const meanwhile = await kept();
            const files = filesOf(home.agent());
            const put = new PutObjectCommand({ Bucket: files.bucket, Key: "b.txt", Body: Buffer.alloc(20_000) });
            const refused = (await refusal(files.send(put))).message;
            expect(refused).to.match(/The disk of this machine is full: /);
            const { table, client } = tableOf(home.agent().place);
            const large = new PutItemCommand({
                TableName: table,
                Item: { key: { S: "b" }, text: { S: "b".repeat(300_000) } },
            });
            const unwritten = (await refusal(client.send(large))).message;
            expect(unwritten).to.match(/The disk of this machine is full, or fails: /);
            expect(fs.readFileSync(home.agent().place.log, "utf8")).to.match(/ENOSPC/);
            const insert = () =>
                inDatabase(home.agent().place, (database) =>
                    database.query("create table more as select repeat('a', 1000) from generate_series(1, 40000)"),
                );
            const uninserted = (await refusal(insert())).message;
            expect(uninserted).to.match(/No space left on device|the database system is|terminat|Connection/i);
            fs.rmSync(path.join(disk, "filler"));
            await files.send(put);
            await client.send(large);
            await until("the database takes it", async () => (await insert()).rowCount === 40_000, 60_000);
            files.destroy();
            client.destroy();
            await stack.up();
            expect(await (await fetch(url)).json()).to.include({ version: "2" });
            await stack.preview({ refresh: true, expectNoChanges: true });
            show("the disk was full, to the last byte", {
                "up says": line(message, says),
                "a put of a file says": line(refused, /disk/),
                "a put of a value says": line(unwritten, /disk/),
                "an insert of 40 MB says": uninserted,
                meanwhile: "the version before served on",
                "kept meanwhile": meanwhile,
                kept: await kept(),
            });
            await stack.destroy();
        } finally {
            await until("the disk is free", () => {
                if (runningIn(home.root).length > 0) kill(home.root, /./);
                execFileSync("umount", [disk], { stdio: "pipe" });
                return true;
            });
        }
    });
});

/** Writes until there is no room. */
function fill(file: string): void {
    const descriptor = fs.openSync(file, "w");
    try {
        for (const size of [1 << 20, 1 << 12]) {
            try {
                for (;;) fs.writeSync(descriptor, Buffer.alloc(size));
            } catch (error) {
                if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
            }
        }
    } finally {
        fs.closeSync(descriptor);
    }
}
