import type { Drawn } from "../../tests/checkov/hcl";
import { drawn, profiles } from "../../tests/checkov/programs";
import type { Scanned } from "../../tests/checkov/scanned";
import { guestbook } from "../../stacks/guestbook";

/** What a resource costs each month whether it is used or not, in US dollars; `made` is all that the program makes. */
export type Price = (resource: Drawn, made: readonly Drawn[]) => number;

/** Bill is what there is to say of a cloud's resources. */
export interface Bill {
    readonly scanned: Scanned;
    readonly title: string;
    /** What is before the table: where the prices are from, and what they leave out. */
    readonly intro: readonly string[];
    /** Why there is a resource, by its type. */
    readonly whys: Readonly<Record<string, string>>;
    readonly price: Price;
    /** Types whose price nobody read from a list of today. @default none */
    readonly assumed?: ReadonlySet<string>;
    /** Further sums: what each is of, and its prices. */
    readonly also: readonly (readonly [label: string, price: Price])[];
}

/** What the guestbook makes on a cloud, why, and what it costs, at each profile. */
export async function billOf({ scanned, title, intro, whys, price, assumed, also }: Bill): Promise<string> {
    const all = await inTurn(profiles, (profile) => guestbookOn(scanned, profile));
    const types = [...new Set(all.flat().map(({ type }) => type))].sort((a, b) => (a < b ? -1 : 1));
    const lines = types.map((type) => {
        const why = whys[type];
        if (why === undefined)
            throw new Error(`scripts/docs/${scanned.cloud}/whys.ts does not say why there is a ${type}`);
        const cells = all.map((made) => {
            const own = made.filter((one) => one.type === type);
            const paid = sum(own, made, price);
            return paid ? `${own.length}: ${assumed?.has(type) ? "~" : ""}${dollars(paid)}` : `${own.length || ""}`;
        });
        return `| \`${shortType(type)}\` | ${why} | ${cells.join(" | ")} |`;
    });
    const total = (label: string, of: Price) =>
        `| | ${label} | ${all.map((made) => dollars(sum(made, made, of))).join(" | ")} |`;
    return [
        `# ${title}`,
        "",
        `What the guestbook makes on ${title}, how many of each, why, and what it costs in a month while nobody uses it, in US dollars. Made from the program by \`npm run docs\`.`,
        "",
        ...intro.flatMap((paragraph) => [paragraph, ""]),
        `| resource | why | ${profiles.join(" | ")} |`,
        "| --- | --- | --- | --- | --- |",
        ...lines,
        total("all together", price),
        ...also.map(([label, of]) => total(label, of)),
        "",
    ].join("\n");
}

const known = new Map<string, Promise<Drawn[]>>();

/** What the guestbook makes; each is found out once. */
export function guestbookOn(scanned: Scanned, profile: (typeof profiles)[number]): Promise<Drawn[]> {
    const key = `${scanned.cloud} ${profile}`;
    const made = known.get(key) ?? withoutEngine(() => drawn(scanned, profile, () => void guestbook()));
    known.set(key, made);
    return made;
}

/** No container engine is needed to see what would be built. */
async function withoutEngine<T>(make: () => Promise<T>): Promise<T> {
    const { DOCKER_HOST } = process.env;
    process.env.DOCKER_HOST ??= "tcp://builder.example:2376";
    try {
        return await make();
    } finally {
        if (DOCKER_HOST === undefined) delete process.env.DOCKER_HOST;
    }
}

/** A type as Pulumi's SDK has it: `ec2.Vpc`. */
export function shortType(type: string): string {
    return type.replace(/^\w+:(\w+)\/\w+:/, "$1.");
}

function sum(resources: readonly Drawn[], made: readonly Drawn[], price: Price): number {
    return resources.reduce((paid, resource) => paid + price(resource, made), 0);
}

function dollars(amount: number): string {
    return `$${amount.toFixed(2)}`;
}

/** One after the other: there is one mocked engine. */
async function inTurn<T, U>(each: readonly T[], make: (one: T) => Promise<U>): Promise<U[]> {
    const made: U[] = [];
    for (const one of each) made.push(await make(one));
    return made;
}
