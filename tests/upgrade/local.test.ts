import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { bringToFormat } from "../../agent/core/format";
import { openRecords } from "../../agent/core/records";
import { openVault } from "../../agent/core/vault";
import { kindRegistry } from "../../agent/kinds";
import { guestbook } from "../../stacks/guestbook";
import { type Live, live } from "../local/live/support";
import { proved } from "../support/proof";
import { deploymentIn, isOwn, read, root, savedOn, urnsOf } from "./saved";

describe("a stack on local that an earlier commit made", function () {
    this.timeout(120_000);

    it("is saved at least once: npx tsx tests/upgrade/save.ts", () => expect(savedOn("local")).to.not.be.empty);

    for (const { name, folder } of savedOn("local"))
        describe(name, () => {
            let stack: Live;
            before(async () => (stack = await live(async () => guestbook())));
            after(() => stack.close());

            it("is taken over: nothing is made, deleted or replaced, and each URN is what it was", async () => {
                const places = { "<root>": root, "<home>": stack.home.root };
                const before = deploymentIn(path.join(folder, "stack.json"), places);
                await stack.stack.importStack(before);
                const events: EngineEvent[] = [];
                await stack.stack.preview({ onEvent: (event) => void events.push(event) });
                const steps = events
                    .flatMap(({ resourcePreEvent }) => (resourcePreEvent ? [resourcePreEvent.metadata] : []))
                    .filter(({ urn }) => isOwn(urn));
                const other = steps.filter(({ op }) => op !== "same" && op !== "update");
                const updated = steps
                    .filter(({ op }) => op === "update")
                    .map(({ urn, type, detailedDiff }) => {
                        const changed = Object.keys(detailedDiff ?? {}).join(", ");
                        return `${type.split(":").pop()} ${urn.split("::").pop()} (${changed || "no input of its own"})`;
                    });
                const urns = urnsOf(before);
                proved({
                    part: "upgrade",
                    what: `the guestbook on local as ${name} left it, previewed by the newest`,
                    times: urns.length,
                    figures: {
                        "made, deleted or replaced": { got: other.length, wanted: 0, met: other.length === 0 },
                        "updated in place": updated.length,
                        "these are": updated.join("; ") || "none",
                    },
                });
                expect(other.map(({ op, urn }) => `${op} ${urn}`)).to.deep.equal([]);
                expect([...new Set(steps.map(({ urn }) => urn))].sort()).to.deep.equal([...new Set(urns)].sort());
            });

            it("has records which the newest agent reads, secrets and all, and knows the kinds of", () => {
                const copy = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-test-"));
                try {
                    const saved = path.join(folder, "agent");
                    fs.cpSync(saved, copy, { recursive: true });
                    const files = fs.readdirSync(path.join(copy, "records"), { recursive: true, encoding: "utf8" });
                    for (const file of files.filter((each) => each.endsWith(".json"))) {
                        const text = read(path.join(copy, "records", file), { "<root>": root, "<home>": copy });
                        fs.writeFileSync(path.join(copy, "records", file), text);
                    }
                    bringToFormat(copy);
                    const records = openRecords(copy, openVault(path.join(copy, "vault.key")));
                    const count = files.filter((each) => each.endsWith(".json")).length;
                    const kinds = kindRegistry("").order;
                    const lost = count - records.list().length;
                    const unknown = records.list().filter(({ kind }) => !kinds.includes(kind));
                    proved({
                        part: "upgrade",
                        what: `the agent's records as ${name} left them, opened by the newest`,
                        times: count,
                        figures: {
                            "cannot be read": { got: lost, wanted: 0, met: lost === 0 },
                            "of a kind that is not known": { got: unknown.length, wanted: 0, met: !unknown.length },
                        },
                    });
                    expect([lost, records.broken, unknown]).to.deep.equal([0, [], []]);
                    expect(
                        records.list().some(({ sealed }) => sealed.length > 0),
                        "something sealed",
                    ).to.equal(true);
                } finally {
                    fs.rmSync(copy, { recursive: true });
                }
            });
        });
});
