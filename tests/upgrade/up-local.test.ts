import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { Visitor } from "../guestbook/visitor";
import { type Clone, clone, copyTree } from "../scripts/clone";
import { proved, proving } from "../support/proof";
import { hasHistory, root, savedOn, treeOf } from "./saved";

/** What stays when the project is brought to another version: what a user has, and no version brings along. */
const users = [".git", ".pulumi", "node_modules"];

for (const { name, commit } of savedOn("local")) {
    // The short form is the preview of what it left.
    const can = proving && hasHistory(commit);
    describe(`the guestbook, running as ${commit} brought it up`, function () {
        this.timeout(900_000);
        let user: Clone;
        before(function () {
            if (!can) this.skip();
            user = clone(process.execPath, (folder) => treeWithPackages(commit, folder));
        });
        after(() => user?.close());

        it("is brought up by this version with all that it holds, as what it is, and goes", async () => {
            const urlIn = (said: string) => /^url +(http\S+)$/m.exec(said)?.[1] ?? expect.fail(said);
            const visitor = new Visitor(urlIn(await user.npm("start")));
            await visitor.sign("A fine place");
            await visitor.shows("3 words", 15_000);
            const visits = await visitor.visits();

            for (const each of fs.readdirSync(user.folder))
                if (!users.includes(each)) fs.rmSync(path.join(user.folder, each), { recursive: true });
            copyTree(user.folder);
            const agentsThen = agents(user);
            const steps = summaryOf(await user.npm("run", "-s", "pulumi", "--", "preview", "--json"));
            const started = Date.now();
            const again = urlIn(await user.npm("start"));
            const took = Date.now() - started;
            const agentsNow = agents(user);
            await visitor.shows("A fine place", 10_000);
            await visitor.hasPicture();
            const counted = (await visitor.visits()) - visits;
            await user.npm("run", "-s", "pulumi", "--", "preview", "--refresh", "--expect-no-changes");
            await user.npm("run", "down");
            const left = await user.leftovers();
            const other = Object.entries(steps).filter(([op]) => !["same", "update"].includes(op));
            proved({
                part: "upgrade",
                what: `the guestbook on local, running as ${name.slice(0, 10)}'s commit ${commit} brought it up, its agent too, brought up by the newest`,
                times: 1,
                figures: {
                    "made, deleted or replaced": { got: other.length, wanted: 0, met: other.length === 0 },
                    "updated in place": steps.update ?? 0,
                    "the same": steps.same ?? 0,
                    "an entry, its picture, the count of visits": "as they were",
                    "its URL": again === visitor.url ? "the same" : "another",
                    "npm start": `${Math.round(took / 1000)} s`,
                    "processes and files left after npm run down": {
                        got: left.length,
                        wanted: 0,
                        met: left.length === 0,
                    },
                },
            });
            expect(other).to.deep.equal([]);
            expect(again).to.equal(visitor.url);
            expect(counted).to.be.greaterThan(0);
            expect([agentsThen.length, agentsNow.length], "one agent, then and now").to.deep.equal([1, 1]);
            expect(agentsNow, "it is this version's").to.not.deep.equal(agentsThen);
            expect(left).to.deep.equal([]);
        });
    });
}

/** The project as it was; its packages are those of now. */
function treeWithPackages(commit: string, folder: string): void {
    treeOf(commit, folder);
    fs.rmSync(path.join(folder, "tests"), { recursive: true });
    for (const file of ["package.json", "package-lock.json"])
        fs.copyFileSync(path.join(root, file), path.join(folder, file));
}

const agents = (user: Clone): number[] =>
    user
        .processes()
        .filter(({ command }) => /agent\/main/.test(command))
        .map(({ pid }) => pid);

/** How many resources are made, changed and so on; providers are none of people's: each checkout has one of its own. */
function summaryOf(preview: string): Record<string, number> {
    const { steps, changeSummary } = JSON.parse(preview) as {
        steps: { op: string; urn: string }[];
        changeSummary: { same?: number };
    };
    const ops = steps.filter(({ urn }) => !urn.includes("::pulumi:providers:")).map(({ op }) => op);
    const counts = [...new Set(ops)].map((op) => [op, ops.filter((each) => each === op).length] as const);
    // What stays the same is counted only, and not told one by one.
    return { ...Object.fromEntries(counts), same: changeSummary.same ?? 0 };
}
