import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { Blob, Database, KV, Metric } from "../../components";
import { linked } from "../../components/workload";
import { type Registered, run, value } from "../support/mocks";
import { account, lens, region } from "./lens";

const program = { config: { "mvi:cloud": "aws" }, ...lens };
const only = (made: readonly Registered[], name: string) => {
    const found = made.filter((one) => one.custom && one.name === name);
    expect(found, name).to.have.length(1);
    return found[0].inputs;
};
const email = "ops@example.com";

interface Body {
    readonly widgets: readonly {
        type: string;
        properties: { markdown?: string; title?: string; metrics?: unknown[][] };
    }[];
}
const body = (made: readonly Registered[]) => JSON.parse(only(made, "stack-dashboard").dashboardBody as string) as Body;

describe("Metric on aws", () => {
    it("is watched by alarms, which write to people by one topic that CloudWatch may use", async () => {
        const { made } = await run(program, () => {
            const slow = { above: 5, statistic: "p90", period: 120, periods: 2, missing: "breaching", email } as const;
            new Metric("orders", {
                kind: "distribution",
                alarms: { slow, few: { below: 1, statistic: "sum", email: [email] } },
            });
        });
        const topic = made.find(({ type }) => type === "aws:sns/topic:Topic")!;
        expect(topic.name).to.match(/^stack-alarms-[0-9a-f]{7}$/);
        expect(topic.inputs.kmsMasterKeyId).to.equal(`arn:aws:kms:${region}:${account}:key/stack-key-id`);
        const arn = `arn:aws:sns:${region}:${account}:${topic.name}`;
        const { tags: _tags, ...alarm } = only(made, "orders-alarm-slow");
        expect(alarm).to.deep.equal({
            alarmDescription: "orders: p90 above 5, 2 times 120 seconds",
            comparisonOperator: "GreaterThanThreshold",
            threshold: 5,
            evaluationPeriods: 2,
            datapointsToAlarm: 2,
            treatMissingData: "breaching",
            namespace: "project/stack",
            metricName: "orders",
            dimensions: {},
            period: 120,
            extendedStatistic: "p90",
            actionsEnabled: true,
            alarmActions: [arn],
            okActions: [arn],
        });
        expect(only(made, "orders-alarm-few")).to.deep.include({
            comparisonOperator: "LessThanThreshold",
            threshold: 1,
            statistic: "Sum",
            treatMissingData: "notBreaching",
            alarmActions: [arn],
        });
        // The same person, however often named, confirms once.
        const mails = made.filter(({ type }) => type === "aws:sns/topicSubscription:TopicSubscription");
        expect(mails.map(({ inputs }) => inputs)).to.deep.equal([{ topic: arn, protocol: "email", endpoint: email }]);
        const policy = JSON.parse(only(made, `${topic.name}-policy`).policy as string) as { Statement: object[] };
        expect(policy.Statement[0]).to.deep.include({
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Action: "sns:Publish",
            Condition: { StringEquals: { "aws:SourceAccount": account } },
        });
    });

    it("says at each run but a preview who has not confirmed, and gets no mail", async () => {
        const log = pulumi.log as { warn: typeof pulumi.log.warn };
        const { warn } = log;
        const said = async (preview: boolean) => {
            const words: string[] = [];
            log.warn = (text) => Promise.resolve(void words.push(text));
            const outputs = (type: string, name: string, inputs: Record<string, unknown>) => ({
                ...lens.outputs(type, name, inputs),
                pendingConfirmation: inputs.endpoint === "new@example.com",
            });
            try {
                await run({ ...program, outputs, preview }, () => {
                    const alarms = { many: { above: 9, email: [email, "new@example.com"] } };
                    new Metric("orders", { alarms });
                });
            } finally {
                log.warn = warn;
            }
            return words;
        };
        const [words, ...others] = await said(false);
        expect(words).to.match(/^new@example\.com has not confirmed .* click "Confirm subscription"/);
        expect(others).to.deep.equal([]);
        expect(await said(true)).to.deep.equal([]);
    });

    it("watches a gauge as CloudWatch calculates it", async () => {
        const { made } = await run(program, () => {
            const db = new Database("db", { engine: "postgres" });
            const kv = new KV("visits");
            new Metric("full", { of: db.gauge("storage"), alarms: { full: { above: 0.85, statistic: "max", email } } });
            new Metric("busy", { of: kv.gauge("requests"), alarms: { busy: { above: 9, statistic: "sum", email } } });
        });
        const full = only(made, "full-alarm-full") as { metricQueries: Record<string, unknown>[]; statistic?: string };
        expect(full.statistic).to.equal(undefined);
        expect(full.metricQueries).to.deep.equal([
            {
                id: "value",
                expression: `1+(m1)*${(-1 / (20 * 2 ** 30)).toExponential()}`,
                label: "FreeStorageSpace",
                returnData: true,
            },
            {
                id: "m1",
                metric: {
                    namespace: "AWS/RDS",
                    metricName: "FreeStorageSpace",
                    dimensions: { DBInstanceIdentifier: "db-0a1b2c3d" },
                    period: 60,
                    // Most is used when least is free.
                    stat: "Minimum",
                },
            },
        ]);
        const busy = only(made, "busy-alarm-busy") as {
            metricQueries: { expression?: string; metric?: { stat: string } }[];
        };
        expect(busy.metricQueries).to.have.length(7);
        expect(busy.metricQueries[0].expression).to.equal(
            "FILL(m1,0)+FILL(m2,0)+FILL(m3,0)+FILL(m4,0)+FILL(m5,0)+FILL(m6,0)",
        );
        expect(busy.metricQueries[1].metric?.stat).to.equal("SampleCount");
    });

    it("may be written by those who use it, in the stack's own namespace only", async () => {
        const { result } = await run(program, () => {
            const { env, permits } = linked([new Metric("orders", { dimensions: ["country"] }).link()]);
            return { env: value(pulumi.output(env)), permits };
        });
        expect(await result.env).to.deep.equal({
            ORDERS_URL: "cloudwatch://orders?namespace=project%2Fstack&kind=counter&unit=1&dimensions=country",
            ORDERS_NAME: "orders",
            ORDERS_NAMESPACE: "project/stack",
            ORDERS_DIMENSIONS: "country",
        });
        expect(result.permits).to.deep.equal([
            {
                role: [
                    {
                        actions: ["cloudwatch:PutMetricData"],
                        on: ["*"],
                        when: { StringEquals: { "cloudwatch:namespace": "project/stack" } },
                    },
                ],
                apis: ["monitoring"],
            },
        ]);
    });
});

describe("The dashboard on aws", () => {
    it("is one, with all that there is when the program has ended, in an order of its own", async () => {
        const parts = [
            () => new Blob("uploads"),
            () => new Metric("orders", { dimensions: ["country"], dashboard: "Shop" }),
            () => new KV("visits"),
        ];
        const bodies = [];
        for (const order of [parts, [...parts].reverse()]) {
            const { made } = await run(program, async () => {
                for (const make of order) {
                    make();
                    // Programs of the Automation API may wait between their parts.
                    await new Promise((resolve) => setTimeout(resolve, 5));
                }
            });
            bodies.push(body(made));
        }
        expect(bodies[0]).to.deep.equal(bodies[1]);
        const headings = bodies[0].widgets.flatMap(({ properties }) => properties.markdown ?? []);
        expect(headings).to.include.members(["## Shop", "## uploads", "## visits"]);
        expect(headings).to.deep.equal([...headings].sort());
        const orders = bodies[0].widgets.find(({ properties }) => properties.title === "orders")!;
        expect(orders.properties.metrics).to.deep.equal([
            ["project/stack", "orders", { label: "orders" }],
            [{ expression: `SEARCH('{"project/stack","country"} MetricName="orders"', 'Sum', 300)`, id: "split" }],
        ]);
    });

    it("shows every alarm", async () => {
        const { made } = await run(program, () => void new Metric("orders", { alarms: { few: { below: 1, email } } }));
        const [alarms] = body(made).widgets;
        expect(alarms).to.deep.include({
            type: "alarm",
            properties: { title: "Alarms", alarms: [`arn:aws:cloudwatch:${region}:${account}:alarm:orders-alarm-few`] },
        });
    });
});
