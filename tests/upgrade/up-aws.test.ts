// The guestbook on AWS, made by an earlier commit with AWS's own provider, brought up by this one: what the provider makes anew
// is told by itself.
import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { guestbook } from "../../stacks/guestbook";
import { Emulator, missing } from "../aws/emulator";
import { leaveOutGaps } from "../aws/gaps";
import { proved, proving } from "../support/proof";
import { changesOf, kinds, none, typeOf } from "./changes";
import { type Guestbook, guestbookOf, profiles } from "./clouds";
import { dropped, madeAnew, reasonFor, revised } from "./meant";
import { hasHistory, savedOn, urnsOf } from "./saved";

for (const { name, commit } of savedOn("aws")) {
    const absent = missing();
    // The short form is the state that it left, with an instant provider.
    const can = proving && hasHistory(commit);
    describe(`the guestbook on aws, as ${commit} made it with the real provider`, function () {
        this.timeout(900_000);
        let tree: string;
        let earlier: Guestbook;
        before(function () {
            if (!can || absent) this.skip();
            tree = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-test-"));
            earlier = guestbookOf(commit, tree);
        });
        after(() => tree && fs.rmSync(tree, { recursive: true }));

        for (const profile of profiles)
            it(`is brought up by this version, profile ${profile}`, async () => {
                const emulator = await Emulator.start();
                try {
                    let program = earlier;
                    const body = async () => {
                        leaveOutGaps();
                        return program();
                    };
                    const stack = await emulator.stack(profile, body, { "mvi:profile": profile });
                    await stack.up();
                    const was = urnsOf(await stack.exportStack());
                    program = guestbook;
                    const changes = await changesOf((onEvent) => stack.up({ onEvent }));
                    const left = await changesOf((onEvent) => stack.preview({ onEvent }));
                    const is = urnsOf(await stack.exportStack());
                    const of = (op: string) => changes.filter((one) => one.op === op).map(({ urn }) => urn);
                    const anew = changes.filter(({ op, urn }) => op === "replace" && !revised.test(typeOf(urn)));
                    const unknown = anew.filter(
                        ({ urn, diffs }) => !diffs.some((input) => reasonFor(madeAnew, `${typeOf(urn)} ${input}`)),
                    );
                    const lost = was.filter((urn) => !is.includes(urn));
                    const unmeant = lost.filter((urn) => !reasonFor(dropped, urn));
                    proved({
                        part: "upgrade",
                        what: `the guestbook on aws, made by ${name.slice(0, 10)}'s commit ${commit} with the real provider, profile ${profile}, brought up by the newest`,
                        times: was.length,
                        figures: {
                            "made anew, besides task definitions, of which each deployment makes another revision":
                                none(anew.length),
                            "made anew are": kinds(of("replace")),
                            "URNs that went, other than those that are meant to": none(unmeant.length),
                            "meant to": kinds(lost),
                            "new ones": kinds(of("create")),
                            "in place": kinds(of("update")),
                            "changes of a preview after it": none(left.length),
                        },
                    });
                    expect(unknown).to.deep.equal([]);
                    expect(unmeant).to.deep.equal([]);
                    expect(left).to.deep.equal([]);
                } finally {
                    await emulator.close();
                }
            });
    });
}
