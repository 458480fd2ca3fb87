// What an earlier commit made on AWS and GCP, taken over by this one, through the engine with an instant provider.
import { expect } from "chai";
import * as path from "node:path";
import { guestbook } from "../../stacks/guestbook";
import { inFull, proved } from "../support/proof";
import { changesOf, kinds, none, typeOf } from "./changes";
import { clouds, onCloud, profiles } from "./clouds";
import { dropped, inPlace, madeAnew, reasonFor } from "./meant";
import { deploymentIn, root, savedOn, urnsOf } from "./saved";

for (const cloud of clouds)
    describe(`a stack on ${cloud} that an earlier commit made`, function () {
        this.timeout(300_000);

        it("is saved at least once: npx tsx tests/upgrade/save.ts", () => expect(savedOn(cloud)).to.not.be.empty);

        for (const { name, folder } of savedOn(cloud))
            for (const profile of inFull<readonly (typeof profiles)[number][]>(profiles, ["prod"]))
                it(`is taken over as ${name} left it, profile ${profile}`, async () => {
                    const before = deploymentIn(path.join(folder, `${profile}.json`), { "<root>": root });
                    const { changes, after } = await onCloud(
                        cloud,
                        profile,
                        async () => guestbook(),
                        async (stack) => {
                            await stack.importStack(before);
                            const changes = await changesOf((onEvent) => stack.up({ onEvent }));
                            await stack.preview({ expectNoChanges: true });
                            return { changes, after: await stack.exportStack() };
                        },
                    );
                    const [was, is] = [urnsOf(before), urnsOf(after)];
                    const lost = was.filter((urn) => !is.includes(urn));
                    const unmeant = lost.filter((urn) => !reasonFor(dropped, urn));
                    const updates = changes.filter(({ op }) => op === "update");
                    const inputs = updates.flatMap(({ urn, diffs }) => diffs.map((input) => `${typeOf(urn)} ${input}`));
                    const anew = inputs.filter((input) => reasonFor(madeAnew, input));
                    const unknown = inputs.filter((input) => !anew.includes(input) && !reasonFor(inPlace, input));
                    const other = changes.filter(({ op }) => !["create", "update", "delete"].includes(op));
                    proved({
                        part: "upgrade",
                        what: `the guestbook on ${cloud} as ${name} left it, profile ${profile}, brought up by the newest, with an instant provider`,
                        times: was.length,
                        figures: {
                            "URNs that went, other than those that are meant to": none(unmeant.length),
                            "meant to": kinds(lost),
                            "new ones": kinds(is.filter((urn) => !was.includes(urn))),
                            "inputs that changed, of which it is not known that the cloud takes them in place (tests/upgrade/meant.ts)":
                                none(unknown.length),
                            "inputs that changed, for which the cloud makes another resource": none(anew.length),
                            "with other inputs": kinds(updates.map(({ urn }) => urn)),
                            "anything else": none(other.length),
                        },
                    });
                    expect(unmeant).to.deep.equal([]);
                    expect(unknown).to.deep.equal([]);
                    expect(other).to.deep.equal([]);
                });
    });
