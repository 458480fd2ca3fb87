import type { Drawn } from "../../../tests/checkov/hcl";
import { aws } from "../../../tests/checkov/aws";
import { hclName } from "../../../tests/checkov/hcl";
import type { Bill } from "../bill";
import { type Processor, priceOf, pricesOf } from "./prices";
import { whys } from "./whys";

const on =
    (processor?: Processor) =>
    ({ type, inputs }: Drawn, made: readonly Drawn[]) => {
        const task = made.find(
            ({ name }) => inputs.taskDefinition === `\${aws_ecs_task_definition.${hclName(name)}.arn}`,
        );
        return priceOf(type, inputs, task?.inputs, processor);
    };

export const awsBill: Bill = {
    scanned: aws,
    title: "AWS",
    intro: [
        `Prices are those of us-east-1, of ${pricesOf}. What is not priced costs by use, or nothing: requests, traffic, lines of logs (0.50 a GB), alarms and dashboards beyond AWS's free ten (0.10 each) and three (3.00 each); at prod, Container Insights, about 10. Services are counted with the tasks they begin with: three, of a quarter of a CPU. At dev these are on Fargate Spot, whose price moves: counted at 40 per cent.`,
    ],
    whys,
    price: on(),
    also: [['the same, with `platforms: ["linux/arm64"]` of the image', on("ARM64")]],
};
