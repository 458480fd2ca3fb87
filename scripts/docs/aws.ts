import { drawn, profiles, programs } from "../../tests/aws/checkov/programs";
import { hclName } from "../../tests/aws/checkov/hcl";
import { priceOf, pricesOf } from "./prices";
import { whys } from "./whys";

/** What the guestbook makes on AWS, why, and what it costs, at each profile. */
export async function aws(): Promise<string> {
    // No container engine is needed to see what would be built.
    const { DOCKER_HOST } = process.env;
    process.env.DOCKER_HOST ??= "tcp://builder.example:2376";
    try {
        return await table();
    } finally {
        if (DOCKER_HOST === undefined) delete process.env.DOCKER_HOST;
    }
}

async function table(): Promise<string> {
    const rows = new Map<string, { count: number[]; price: number[]; onArm: number[] }>();
    for (const [index, profile] of profiles.entries()) {
        const made = await drawn(profile, programs(profile).get("guestbook")!);
        for (const { type, inputs } of made) {
            const row = rows.get(type) ?? { count: none(), price: none(), onArm: none() };
            rows.set(type, row);
            const task = made.find(
                ({ name }) => inputs.taskDefinition === `\${aws_ecs_task_definition.${hclName(name)}.arn}`,
            );
            row.count[index] += 1;
            row.price[index] += priceOf(type, inputs, task?.inputs);
            row.onArm[index] += priceOf(type, inputs, task?.inputs, "ARM64");
        }
    }
    const sums = (of: "price" | "onArm") =>
        profiles
            .map((_, index) => [...rows.values()].reduce((sum, row) => sum + row[of][index], 0))
            .map((sum) => `$${sum.toFixed(2)}`)
            .join(" | ");
    const lines = [...rows]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([type, { count, price }]) => {
            const why = whys[type];
            if (why === undefined) throw new Error(`scripts/docs/whys.ts does not say why there is a ${type}`);
            const cells = profiles.map((_, index) =>
                price[index] ? `${count[index]}: $${price[index].toFixed(2)}` : `${count[index] || ""}`,
            );
            return `| \`${type.replace(/^aws:(\w+)\/\w+:/, "$1.")}\` | ${why} | ${cells.join(" | ")} |`;
        });
    return [
        "# AWS",
        "",
        "What the guestbook makes on AWS, how many of each, why, and what it costs in a month while nobody uses it, in US dollars. Made from the program by `npm run docs`.",
        "",
        `Prices are those of us-east-1, of ${pricesOf}. What is not priced costs by use, or nothing: requests, traffic, lines of logs (0.50 a GB), alarms and dashboards beyond AWS's free ten (0.10 each) and three (3.00 each); at prod, Container Insights, about 10. Services are counted with the tasks they begin with: three, of a quarter of a CPU. At dev these are on Fargate Spot, whose price moves: counted at 40 per cent.`,
        "",
        `| resource | why | ${profiles.join(" | ")} |`,
        "| --- | --- | --- | --- | --- |",
        ...lines,
        `| | all together | ${sums("price")} |`,
        `| | the same, with \`platforms: ["linux/arm64"]\` of the image | ${sums("onArm")} |`,
        "",
    ].join("\n");
}

function none(): number[] {
    return profiles.map(() => 0);
}
