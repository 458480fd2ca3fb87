import { expect } from "chai";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
    backupsOf,
    keepBackup,
    keepGeneration,
    newGeneration,
    sweep,
    type Generation,
} from "../../agent/database/backups";
import { lastOpening } from "../../agent/database/database";
import { pruneArchive } from "../../agent/database/postgres/backup";
import { testHost, type TestHost } from "./harness";

const day = 86_400_000;

describe("Database: what is kept of backups", () => {
    let host: TestHost;
    beforeEach(() => (host = testHost()));
    afterEach(() => rmSync(host.root, { recursive: true, force: true }));

    const generation = (id: string, pointInTime: boolean) => {
        const facts = {
            engine: "postgres",
            major: "18",
            database: id,
            admin: "",
            retentionDays: 7,
            pointInTime,
        } as const;
        return newGeneration(host, id, facts);
    };
    /** Backups that were made so many days ago, each beginning with the log of its number. */
    const aged = (of: Generation, ...ages: number[]) =>
        ages.forEach((age, index) => {
            const folder = join(of.folder, "base", `b${index}`);
            mkdirSync(folder, { recursive: true });
            const at = Date.now() - age * day;
            const [firstWal, lastWal] = [segment(index * 10), segment(index * 10 + 1)];
            const facts = {
                id: `b${index}`,
                generation: of.id,
                startedAt: at,
                finishedAt: at,
                facts: { firstWal, lastWal },
            };
            writeFileSync(join(folder, "backup.json"), JSON.stringify(facts));
        });
    const log = (of: Generation, count: number) =>
        Array.from({ length: count }, (_, n) => writeFileSync(join(of.folder, "wal", segment(n)), ""));
    const sweepAll = () => sweep(host, "postgres", (of, kept) => Promise.resolve(pruneArchive(of, kept)));

    it("keeps the log and one backup from before the retention, so that its first day can be restored", async () => {
        const main = generation("main", true);
        aged(main, 20, 9, 8, 3, 1);
        log(main, 50);
        await sweepAll();
        expect(backupsOf(main).map(({ id }) => id)).to.deep.equal(["b2", "b3", "b4"]);
        expect(readdirSync(join(main.folder, "wal")).sort()[0]).to.equal(segment(20));
        expect(readdirSync(join(main.folder, "wal"))).to.have.length(30);
    });

    it("keeps of the log only what whole backups need, without pointInTime", async () => {
        const main = generation("main", false);
        aged(main, 8, 3, 1);
        log(main, 25);
        await sweepAll();
        expect(backupsOf(main).map(({ id }) => id)).to.deep.equal(["b1", "b2"]);
        // Those after the last backup may be the next one's.
        const kept = [10, 11, 20, 21, 22, 23, 24].map(segment);
        expect(readdirSync(join(main.folder, "wal")).sort()).to.deep.equal(kept);
    });

    it("forgets a database that was removed when its last backup is too old", async () => {
        const [old, young] = [generation("old", true), generation("young", true)];
        aged(old, 8);
        aged(young, 6);
        [old, young].forEach((each) => keepGeneration({ ...each, removedAt: Date.now() }));
        await sweepAll();
        expect([existsSync(old.folder), existsSync(young.folder)]).to.deep.equal([false, true]);
    });

    it("does not count a backup that was broken off, and clears it away", async () => {
        const main = generation("main", true);
        await keepBackup(main, () => Promise.reject(new Error("the server was killed"))).catch(() => undefined);
        expect(backupsOf(main)).to.deep.equal([]);
        await keepBackup(main, () => Promise.resolve({}));
        expect(readdirSync(join(main.folder, "base"))).to.have.length(1);
    });

    it("opens the window once a day, in UTC", () => {
        const at = (text: string) => Date.parse(text);
        expect(lastOpening("03:00", at("2026-05-05T03:00:00Z"))).to.equal(at("2026-05-05T03:00:00Z"));
        expect(lastOpening("03:00", at("2026-05-05T02:59:59Z"))).to.equal(at("2026-05-04T03:00:00Z"));
    });
});

function segment(number: number): string {
    return `00000001${number.toString(16).toUpperCase().padStart(16, "0")}`;
}
