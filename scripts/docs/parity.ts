import type { Cloud } from "../../components/cloud";
import { nameOf } from "../../components/lacks";
import { lacks as awsLacks } from "../../providers/aws/lacks";
import { lacks as gcpLacks } from "../../providers/gcp/lacks";
import { aws } from "../../tests/checkov/aws";
import { gcp } from "../../tests/checkov/gcp";
import type { Drawn } from "../../tests/checkov/hcl";
import { guestbookOn, shortType } from "./bill";

/** The guestbook's resources on both clouds side by side, and what either lacks. */
export async function parity(): Promise<string> {
    const sides = [byComponent(await guestbookOn(aws, "prod")), byComponent(await guestbookOn(gcp, "prod"))];
    const components = [...new Set(sides.flatMap((side) => [...side.keys()]))].sort(inOrder);
    return [
        "# AWS and GCP side by side",
        "",
        "What the guestbook makes at prod on each cloud, by component, and how many of each where there are several. What it costs is in [aws.md](aws.md) and [gcp.md](gcp.md). Made from the program by `npm run docs`.",
        "",
        "| component | AWS | GCP |",
        "| --- | --- | --- |",
        ...components.map((name) => `| ${name} | ${sides.map((side) => side.get(name) ?? "").join(" | ")} |`),
        "",
        "## What a cloud does not honour",
        "",
        "Every component is on both clouds, and takes every argument, but for these. They are refused by name before anything is made; so is what goes on one cloud and not on the other for its value, or together with something else (a schedule that names days both of the month and of the week, on AWS; another `scale` than that of the machines it runs `on`, or a `stopGrace` that Cloud Run does not have, on GCP). A test holds both lists together to five lines at most.",
        "",
        ...lacking(),
        "",
    ].join("\n");
}

function lacking(): string[] {
    const sides = [reasons(awsLacks), reasons(gcpLacks)];
    const all = [...new Set(sides.flatMap((side) => [...side.keys()]))].sort();
    return [
        "| argument | AWS | GCP |",
        "| --- | --- | --- |",
        ...all.map((name) => {
            const cells = sides.map((side) => (side.has(name) ? `no: ${side.get(name)}` : "yes"));
            return `| \`${name}\` | ${cells.join(" | ")} |`;
        }),
    ];
}

function reasons(lacks: Cloud["lacks"]): ReadonlyMap<string, string> {
    const all = Object.entries(lacks).flatMap(([service, gaps]) =>
        Object.entries(gaps ?? {})
            .map(nameOf)
            .map(([argument, reason]) => [`${service}.${argument}`, reason] as const),
    );
    return new Map(all);
}

const shared = "what the stack shares";

/** The resources of each component, by what a reader calls it: `Database guestbook-db`. */
function byComponent(made: readonly Drawn[]): ReadonlyMap<string, string> {
    const counts = new Map<string, Map<string, number>>();
    for (const { component, type } of made) {
        const name = nameOfComponent(component);
        const own = counts.get(name) ?? new Map<string, number>();
        counts.set(name, own);
        own.set(shortType(type), (own.get(shortType(type)) ?? 0) + 1);
    }
    const cell = (own: ReadonlyMap<string, number>) =>
        [...own]
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([type, count]) => `\`${type}\`${count > 1 ? ` ×${count}` : ""}`)
            .join(", ");
    return new Map([...counts].map(([name, own]) => [name, cell(own)]));
}

function nameOfComponent(component: string): string {
    const [type = "", name = ""] = component.split(" ");
    const own = /^mvi:index:(\w+)$/.exec(type)?.[1];
    return own ? `${own} \`${name}\`` : shared;
}

/** What the app names first, by name; what the stack shares last. */
function inOrder(one: string, two: string): number {
    const rank = (name: string) => (name === shared ? 2 : name.includes("`stack-") ? 1 : 0);
    return rank(one) - rank(two) || (one < two ? -1 : 1);
}
