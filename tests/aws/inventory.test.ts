import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { unseen } from "./inventory";
import { kinds, parts, same, searched } from "./kinds";

const folder = path.join(__dirname, "../../providers/aws");

/** What `live*.test.ts` look at when they say that nothing is left: that it is asked about all that there can be. */
describe("The inventory of an account on AWS", () => {
    /** All that our drivers make, as its types name it: a child that is not in them is found by the conformance suite. */
    const made = ["types.ts", "types-shared.ts", "types-stack.ts"].flatMap((file) =>
        [...fs.readFileSync(path.join(folder, file), "utf8").matchAll(/typeof (\w+)\.(\w+)/g)]
            .filter(([, module]) => module !== "docker")
            .map(([, module, name]) => `${module}.${name}`),
    );

    it("knows each class of which a driver makes something: how it is asked for, or what it goes with", () => {
        const known = [kinds, parts, same, Object.fromEntries(searched.map((kind) => [kind, true]))];
        expect(made).to.have.length.above(100);
        expect([...new Set(made)].filter((one) => !known.some((table) => one in table))).to.deep.equal([]);
    });

    it("knows none of which no driver makes anything, and none twice", () => {
        const all = [...Object.keys(kinds).filter((one) => !one.includes("/")), ...searched, ...Object.keys(parts)];
        expect([...all, ...Object.keys(same)].filter((one) => !made.includes(one))).to.deep.equal([]);
        expect(all.filter((one, index) => all.indexOf(one) !== index)).to.deep.equal([]);
    });

    it("is told to lack what it does not see, and what nobody has told it of", () => {
        const types = ["aws:ec2/vpc:Vpc", "aws:ec2/vpc:Vpc", "aws:sqs/queue:Queue", "aws:kms/externalKey:ExternalKey"];
        const lines = ["ec2.Vpc: vpc-1", "ec2.Vpc: vpc-2", "sqs.Queue: one", "kms.Key: one"];
        expect(unseen(types, lines)).to.deep.equal([]);
        expect(unseen(types, lines.slice(1, 3))).to.deep.equal(["ec2.Vpc: 1 of 2", "kms.Key: 0 of 1"]);
        expect(unseen(["aws:wafv2/webAcl:WebAcl"], ["wafv2.WebAcl/edge: one"])).to.deep.equal([]);
        expect(unseen(["aws:glue/job:Job"], lines)).to.deep.equal(["glue.Job: is not in kinds.ts"]);
        // Parts of others, and what is not AWS's.
        expect(unseen(["aws:lb/listener:Listener", "random:index/randomId:RandomId"], [])).to.deep.equal([]);
    });
});
