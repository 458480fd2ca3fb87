import { expect } from "chai";
import type { ProfileName } from "../../components";
import { aws } from "../checkov/aws";
import { gcp } from "../checkov/gcp";
import { profiles, programs } from "../checkov/programs";
import { awsRules } from "./aws-rules";
import { exceptions } from "./exceptions";
import { keeps } from "./gcp-keeps";
import { rights } from "./gcp-rights";
import { runs } from "./gcp-runs";
import { linked } from "./linked";
import { type Exception, looksAt, type Made, made, type Rule } from "./rule";

// No container engine is needed to see what would be built.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";

/** Between them, all that a driver makes, and what a profile changes of it. */
const looked: Readonly<Record<ProfileName, readonly string[]>> = {
    dev: ["guestbook", "everything"],
    small: ["guestbook", "everything"],
    prod: ["guestbook", "everything", "account", "container-full", "log-full", "redis", "linked"],
};

/** Rules for what Checkov has no check for: Cloud Run, Firestore, Secret Manager, log buckets, who is told, who may what. */
for (const [scanned, rules, allowed] of [
    [gcp, [...runs, ...keeps, ...rights], exceptions.gcp],
    [aws, awsRules, exceptions.aws],
] as const)
    describe(`Our own rules for ${scanned.cloud}`, () => {
        const all: Made[] = [];
        const used = new Set<Exception>();

        before(async function () {
            this.timeout(300_000);
            for (const profile of profiles)
                for (const program of [...programs(scanned, profile), ["linked", linked] as const])
                    if (looked[profile].includes(program[0])) all.push(await made(scanned, profile, program));
        });

        for (const rule of rules) {
            const title = `${subject(rule)} ${rule.says}`;
            it(title, () => {
                expect(faults(rule)).to.deep.equal([]);
            });
            it(`${title}: or is found`, () => {
                const [good, program] = found(rule);
                const bad = structuredClone({ type: good.type, inputs: good.inputs });
                rule.spoil(bad.inputs, bad);
                expect(rule.holds(good.inputs, program, good.type)).to.equal(true);
                expect(looksAt(rule, bad.type)).to.equal(true);
                expect(rule.holds(bad.inputs, program, bad.type)).to.equal(false);
            });
        }

        it("has no exception that nothing needs", () => {
            expect(allowed.filter((one) => !used.has(one))).to.deep.equal([]);
        });

        it("looks at no type that nothing makes", () => {
            const types = new Set(all.flatMap((program) => program.all.map(({ type }) => type)));
            const listed = rules.flatMap(({ of }) => (of instanceof RegExp ? [] : of));
            expect([...new Set(listed)].filter((type) => !types.has(type))).to.deep.equal([]);
        });

        function faults(rule: Rule): string[] {
            return all.flatMap((program) =>
                program.all
                    .filter(({ type, name, inputs }) => {
                        if (!looksAt(rule, type) || rule.holds(inputs, program, type)) return false;
                        const exception = allowed.find((one) => covers(one, rule, name, program));
                        if (exception) used.add(exception);
                        return !exception;
                    })
                    .map(({ type, name }) => `${type} ${name} of ${program.program}`),
            );
        }

        function found(rule: Rule) {
            for (const program of all)
                for (const one of program.all)
                    if (looksAt(rule, one.type) && rule.holds(one.inputs, program, one.type))
                        return [one, program] as const;
            throw new Error(`nothing is made for which it holds that it ${rule.says}: it says nothing`);
        }
    });

function subject({ of }: Rule): string {
    if (of instanceof RegExp) return `each type like ${String(of)}`;
    return of.length > 3 ? `each of ${of.length} types` : of.map((type) => type.split(":")[2]).join(", ");
}

function covers({ says, on, program, profiles: at }: Exception, rule: Rule, name: string, made: Made): boolean {
    return (
        says === rule.says &&
        (on?.test(name) ?? true) &&
        (program?.test(made.program) ?? true) &&
        (at?.includes(made.profile) ?? true)
    );
}
