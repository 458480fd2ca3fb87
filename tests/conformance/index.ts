import { expect } from "chai";
import { type CloudName, Mistake, openCloud } from "../../components";
import type { Cloud, ServiceName } from "../../components/cloud";
import type { Component, ComponentOptions } from "../../components/component";
import type { Gaps } from "../../components/lacks";
import { readSpec } from "../../components/read";
import { Place } from "../../components/shape";
import { linked } from "../../components/workload";
import { type Program, type Registered, run } from "../support/mocks";
import { type Sample, samples } from "./samples";
import { spy, without } from "./spy";

/** Lens is how a cloud's own tests look at its children, where the suite cannot. */
export interface Lens {
    /** Outputs that the cloud gives to a resource: what is computed there. */
    outputs: NonNullable<Program["outputs"]>;
    /** What the cloud answers to questions. */
    calls?: Program["calls"];
    /** Arguments which are honoured without being read, on a cloud that has only one of the kind. */
    only?: readonly string[];
}

/**
 * Conform defines what neutral means: each service, on each cloud, honours every argument or refuses it by name, gives
 * the outputs and variables which every other cloud gives, and names its children by its own name.
 */
export function conform(name: CloudName, lens: Lens): void {
    for (const service of Object.keys(samples) as ServiceName[]) {
        describe(`${service} on ${name}`, () => suite(name, service, samples[service], lens));
    }
}

function suite(name: CloudName, service: ServiceName, sample: Sample, lens: Lens): void {
    const config = { "mvi:cloud": name };
    const program = { config, outputs: lens.outputs, calls: lens.calls };
    const open = () => openCloud(name);
    const make = (args: object, options: ComponentOptions, as = "tried"): Component =>
        new sample.type(as, args as never, options);
    const given = (options: ComponentOptions) => samplesOf(sample, options);
    const samplesOn = (cloud: Cloud) => had(cloud, service, { cloud });
    const full = (cloud: Cloud) => samplesOn(cloud)[0];
    const own = (made: readonly Registered[]) =>
        made.filter(
            ({ type, name: child }) =>
                !type.startsWith("mvi:") && !/^(own|used|token|web|archive|errors|network|stack)/.test(child),
        );

    for (const preview of [false, true]) {
        it(`is made with every argument, and with as few as it takes${preview ? ", in a preview too" : ""}`, async () => {
            for (const args of [full, () => sample.least()]) {
                // As a stack's outputs, too: one that waits for the program's end would hold up every `up` (see `Gathered`).
                await run({ ...program, preview, answersOutputs: true }, () => {
                    const made = make(args(open()), {});
                    for (const output of sample.outputs) expect(made, output).to.have.property(output);
                    return Object.fromEntries(
                        sample.outputs.map((output) => [output, made[output as keyof Component]]),
                    );
                });
            }
        }).timeout(15_000);
    }

    it("is tried with each of its arguments", async () => {
        await run(program, () => {
            const tried = [
                ...(sample.elsewhere ?? []),
                ...given({ cloud: open() }).flatMap((args) => Object.keys(args)),
            ];
            expect(Object.keys(sample.service.fields("dev")).filter((key) => !tried.includes(key))).to.deep.equal([]);
        });
    });

    it("passes over no argument in silence", async () => {
        for (let index = 0; index < 5; index++) await watch(index);
    });

    async function watch(index: number): Promise<void> {
        let unread = (): string[] => [];
        let keys: string[] = [];
        await run(program, () => {
            const cloud = open();
            const driver = cloud.drivers[service] as (site: unknown, spec: unknown) => never;
            const watched = (site: unknown, spec: object) => {
                const { proxy, unread: rest } = spy(spec);
                const parts = driver(site, proxy);
                unread = rest;
                return parts;
            };
            // Its arguments are made on the same cloud, unwatched: only the driver of the last one counts.
            const args = samplesOn(cloud)[index];
            keys = Object.keys(args ?? {});
            if (args) make(args, { cloud: { ...cloud, drivers: { ...cloud.drivers, [service]: watched } } });
        });
        // Looked at when all is registered: what is passed on as it is, is read then.
        const lacking = [...(lens.only ?? []), ...Object.keys(always(openCloud(name).lacks[service]))];
        expect(
            // Beside what it says, a further sample has defaults, which the first one has covered.
            (index === 0 ? unread() : unread().filter((path) => keys.includes(path.split(".")[0]))).filter(
                (path) => !lacking.some((lack) => path === lack || path.startsWith(`${lack}.`)),
            ),
        ).to.deep.equal([]);
    }

    it("refuses what the cloud lacks, by name and with the reason", async () => {
        await run(program, () => {
            const cloud = open();
            for (const [gap, reason] of Object.entries(always(cloud.lacks[service]))) {
                const path = gap.split(/\^?=/)[0];
                if (path !== gap) continue; // of one value only: a cloud's own tests have it
                const all = given({ cloud }).find((sampled) => has(sampled, path.split(".")));
                if (sample.elsewhere?.includes(path)) continue;
                expect(all, `a sample with ${path}`).to.not.equal(undefined);
                const args = without(
                    all!,
                    Object.keys(always(cloud.lacks[service])).filter((other) => other !== gap),
                );
                expect(() => make(args, { cloud }, "refused"), path)
                    .to.throw(Mistake)
                    .with.property("message")
                    .that.includes(path)
                    .and.includes(reason);
            }
        });
    });

    it("names its children by its own name, from the keys it says", async () => {
        const { made, result } = await run(program, () => [
            make(full(open()), {}, "first"),
            make(sample.least(), {}, "second"),
        ]);
        for (const child of own(made)) expect(child.name).to.match(/^(first|second)(-|$)/);
        const names = made.map(({ type, name: child }) => `${type} ${child}`);
        expect(
            names.filter((one, index) => names.indexOf(one) !== index),
            "two of one name",
        ).to.deep.equal([]);
        for (const component of result)
            expect(open().children[service]).to.include.members(Object.keys(component.nodes[name] ?? {}));
    });

    it("lets every child be changed on the way in, and be reached on the way out", async () => {
        let keys: string[] = [];
        const seen = new Set<string>();
        await run(program, () => {
            keys = Object.keys(make(full(open()), {}).nodes[name] ?? {});
        });
        await run(program, () => {
            const transform = { [name]: Object.fromEntries(keys.map((key) => [key, () => seen.add(key)])) };
            make({ ...full(open()), transform }, {});
        });
        expect([...seen]).to.have.members(keys);
        await run(program, () =>
            expect(() => make({ ...sample.least(), transform: { [name]: { nonsense: {} } } }, {})).to.throw(
                Mistake,
                /transform.*nonsense/,
            ),
        );
    });

    it("takes names of 1 to 40 characters", async () => {
        for (const long of ["a", "a".repeat(40), `a${"-b".repeat(19)}`])
            await run(program, () => void make(sample.least(), {}, long));
        await run(program, () => {
            for (const wrong of ["", "A", "a".repeat(41), "1a", "a_b", "a-", "a--b", "ä"])
                expect(() => make(sample.least(), {}, wrong), wrong).to.throw(Mistake, /name/);
        });
    });

    if (sample.variables.length) {
        it("gives those who use it the same variables as on every cloud", async () => {
            await run(program, () => {
                const grant = linked([make(full(open()), {}).link()]);
                const given = [grant.env, grant.secrets, grant.files ?? {}].flatMap((variables) =>
                    Object.keys(variables),
                );
                expect(given).to.include.members(sample.variables.map((end) => (end ? `TRIED_${end}` : "TRIED")));
                expect(grant.permits, "permits").to.not.be.empty;
            });
        });
    }
}

const samplesOf = (sample: Sample, options: ComponentOptions): object[] => [
    sample.full(options),
    ...(sample.also?.(options) ?? []),
];

/** Every argument that this cloud has, spread over as many samples as it takes. */
export function had(cloud: Cloud, service: ServiceName, options: ComponentOptions): object[] {
    const lacking = [
        ...Object.keys(always(cloud.lacks[service])),
        ...Object.keys(always(cloud.lacks.image)).map((path) => `build.${path}`),
    ];
    return (
        samplesOf(samples[service], options)
            .map((args) => without(args, lacking))
            // What is nothing without an argument that is lacking here.
            .filter((args, index) => index === 0 || allowed(args, cloud, service))
    );
}

/** The gaps which hang on no other argument: a cloud's own tests have the others. */
function always(gaps: Gaps = {}): Record<string, string> {
    const all = Object.entries(gaps).filter((gap): gap is [string, string] => typeof gap[1] === "string");
    return Object.fromEntries(all);
}

/** Is enough left of a sample for the component's own rules? Only then it says something about the driver. */
function allowed(args: object, cloud: Cloud, service: ServiceName): boolean {
    const place = new Place("", [], undefined, cloud.lacks);
    readSpec(
        samples[service].service,
        args,
        cloud,
        { cloud: cloud.name, profile: "dev", protect: false, gcpDatabases: "endpoint" },
        place,
    );
    return place.faults.length === 0;
}

function has(value: unknown, [key, ...rest]: readonly string[]): boolean {
    const inner = (value as Record<string, unknown> | undefined)?.[key];
    return inner !== undefined && (rest.length === 0 || has(inner, rest));
}
