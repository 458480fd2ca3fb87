import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { Blob, Log, Metric } from "../../components";
import { linked } from "../../components/workload";
import type { GcpGauge } from "../../providers/gcp/gauges";
import { permitsOf, policy } from "../../providers/gcp/grants";
import { collect } from "../../providers/gcp/log";
import { anyOf, longestFilter } from "../../providers/gcp/log-exclusion";
import { promName, valueOf } from "../../providers/gcp/promql";
import { value } from "../support/mocks";
import { project, region } from "./lens";
import { onGcp, recorded } from "./program";

const roles = (permits: readonly unknown[]) => value(pulumi.output(policy(permitsOf(permits).role)));
const own = `(logName="projects/${project}/logs/lines-0a1b2c3d")`;

describe("A Log on GCP", () => {
    it("takes its own lines and those of its workloads, and nobody else keeps them", async () => {
        const { inputs } = await onGcp(() => {
            const log = new Log("lines", { retention: 14 });
            collect(log, 'resource.labels.service_name="web"');
        });
        expect(inputs("ProjectBucketConfig", "lines")).to.deep.include({
            bucketId: "lines-0a1b2c3d",
            location: region,
            retentionDays: 14,
            cmekSettings: { kmsKeyName: "stack-key" },
            deletionPolicy: "DELETE",
        });
        const filter = `${own} OR (resource.labels.service_name="web")`;
        expect(inputs("ProjectSink", "lines-sink")).to.include({ filter, uniqueWriterIdentity: true });
        expect(inputs("ProjectExclusion", "stack-logs-exclusion-1").filter).to.equal(`(${filter})`);
        expect(inputs("ProjectBucketConfig", "lines")).to.not.have.property("locked");
    });

    it("shares what keeps its lines out of the project's own, twenty each, in the order of declaration", async () => {
        const made = (more: string) =>
            onGcp(() => {
                for (let index = 0; index < 41; index++)
                    collect(new Log(`log-${index}`), `resource.labels.service_name="${index === 30 ? more : index}"`);
            });
        const filters = async (more: string) =>
            (await made(more)).all
                .filter(({ type }) => type.endsWith("ProjectExclusion"))
                .map(({ name, inputs }) => ({ name, filter: inputs.filter as string }));
        const [before, after] = [await filters("30"), await filters("other")];
        expect(before.map(({ name }) => name)).to.have.members([1, 2, 3].map((one) => `stack-logs-exclusion-${one}`));
        expect(await filters("30")).to.deep.equal(before);
        const of = (name: string) => before.find((one) => one.name === `stack-logs-exclusion-${name}`)!.filter;
        expect(of("1")).to.include('service_name="0"').and.include('service_name="19"').and.not.include('"20"');
        expect(of("3")).to.include('service_name="40"').and.not.include('"39"');
        expect(of("1").length).to.be.lessThan(longestFilter / 2);
        // Another container in one of them changes that one's exclusion, in place.
        expect(after.filter((one, index) => one.filter !== before[index].filter).map(({ name }) => name)).to.deep.equal(
            ["stack-logs-exclusion-2"],
        );
    });

    it("has its lines kept out only when its sink takes them", async () => {
        const resources = await recorded(() => [new Log("one"), new Log("two")]);
        const place = (end: string) => resources.findIndex(({ name }) => name === end);
        const exclusion = resources[place("stack-logs-exclusion-1")];
        expect(exclusion.from.filter).to.include.members([place("one-sink"), place("two-sink")]);
    });

    it("is told when what it takes is more than Google's filters can say", () => {
        const filters = (count: number) => Array.from({ length: count }, () => "x".repeat(100));
        expect(anyOf(filters(180), "Log lines")).to.have.length(180 * 102 + 179 * 4);
        expect(() => anyOf(filters(200), "Log lines")).to.throw(
            /Log lines has 21196 characters.*takes 20000.*leave out/,
        );
    });

    it("counts lines into a metric, whose alarm sees them", async () => {
        const { inputs } = await onGcp(() => {
            const errors = new Metric("errors", { alarms: { many: { above: 3, email: "a@example.com" } } });
            new Log("lines", { filters: { bad: { contains: 'a "b" (c)', into: errors } } });
        });
        expect(inputs("Metric", "lines-filter-bad")).to.deep.include({
            filter: `(${own}) AND (textPayload=~"a \\"b\\" \\\\(c\\\\)" OR jsonPayload.message=~"a \\"b\\" \\\\(c\\\\)")`,
            metricDescriptor: { metricKind: "DELTA", valueType: "INT64", unit: "1" },
        });
        const [{ conditionPrometheusQueryLanguage: condition }] = inputs("AlertPolicy", "errors-alarm-many")
            .conditions as { conditionPrometheusQueryLanguage: { query: string } }[];
        expect(condition.query).to.include("sum(increase(mvi_project_stack_errors[60s]))");
        expect(condition.query).to.include(
            'logging_googleapis_com:user_lines_filter_bad{monitored_resource="cloud_run_revision"}',
        );
    });

    it("is sent on: to a bucket, and line by line to addresses", async () => {
        const { inputs } = await onGcp(
            () =>
                void new Log("lines", {
                    export: new Blob("archive"),
                    subscribers: ["https://logs.example.com/in", "https://b.example.com"],
                }),
        );
        expect(inputs("ProjectSink", "lines-delivery-bucket").destination).to.equal("storage.googleapis.com/archive");
        expect(inputs("BucketIAMMember", "lines-bucketGrant-archive-storage-objectcreator")).to.include({
            bucket: "archive",
            role: "roles/storage.objectCreator",
            member: "serviceAccount:lines-delivery-bucket@gcp-sa-logging",
        });
        expect(inputs("Topic", "lines-topic").kmsKeyName).to.equal("stack-key");
        expect(inputs("TopicIAMMember", "lines-publisher").role).to.equal("roles/pubsub.publisher");
        expect(inputs("Subscription", "lines-subscription-2")).to.deep.include({
            pushConfig: { pushEndpoint: "https://b.example.com", noWrapper: { writeMetadata: false } },
            expirationPolicy: { ttl: "" },
        });
    });

    it("is read by its own view, and written to by appending", async () => {
        const { result } = await onGcp(() => {
            const log = new Log("lines");
            return { read: linked([log.readOnly()]), write: linked([log.link(["write"])]) };
        });
        expect(await roles(result.read.permits)).to.deep.equal([
            {
                to: "lines",
                role: "roles/logging.viewAccessor",
                on: {
                    view: {
                        name: "_AllLogs",
                        bucket: "lines-0a1b2c3d",
                        location: region,
                        parent: `projects/${project}`,
                    },
                },
            },
        ]);
        expect(await roles(result.write.permits)).to.deep.equal([
            { to: "lines", role: "roles/logging.logWriter", on: { project: true } },
        ]);
    });
});

describe("A Metric on GCP", () => {
    it("writes to each of its people once, for the worse and for the better", async () => {
        const { inputs, names } = await onGcp(() => {
            const email = ["b@example.com", "a@example.com"];
            new Metric("orders", {
                alarms: { none: { below: 1, period: 120, periods: 2, missing: "breaching", email } },
            });
            new Metric("speed", {
                kind: "gauge",
                alarms: { high: { above: 1.5, missing: "ignore", email: email[0] } },
            });
        });
        expect(names("NotificationChannel")).to.have.length(2);
        const alarm = inputs("AlertPolicy", "orders-alarm-none");
        expect(alarm.conditions).to.deep.equal([
            {
                displayName: "orders: sum below 1, 2 times 120 seconds",
                conditionPrometheusQueryLanguage: {
                    query: "((sum(increase(mvi_project_stack_orders[120s]))) < 1) or on() (absent(mvi_project_stack_orders))",
                    duration: "120s",
                    evaluationInterval: "120s",
                    disableMetricValidation: true,
                },
            },
        ]);
        expect(alarm.alertStrategy).to.deep.equal({ autoClose: "1800s", notificationPrompts: ["OPENED", "CLOSED"] });
        expect(alarm.notificationChannels).to.have.length(2);
        const other = inputs("AlertPolicy", "speed-alarm-high");
        expect(other).to.have.nested.property("alertStrategy.autoClose", "604800s");
        expect(JSON.stringify(other.conditions)).to.include("(avg(avg_over_time(mvi_project_stack_speed[60s]))) > 1.5");
    });

    it("says every statistic in PromQL", async () => {
        const query = (kind: GcpGauge["kind"], statistic: Parameters<typeof valueOf>[1]) =>
            value(valueOf({ metric: "m", labels: {}, kind }, statistic, 300));
        expect(await query("delta", "sum")).to.equal("sum(increase(m[300s]))");
        expect(await query("delta", "max")).to.equal("max_over_time((sum(increase(m[60s])))[300s:60s])");
        expect(await query("gauge", "min")).to.equal("min(min_over_time(m[300s]))");
        expect(await query("gauge", "p90")).to.equal("max(quantile_over_time(0.9, m[300s]))");
        expect(await query("distribution", "p99")).to.equal(
            "histogram_quantile(0.99, sum by (le) (increase(m_bucket[300s])))",
        );
        expect(await query("distribution", "average")).to.equal(
            "sum(increase(m_sum[300s])) / sum(increase(m_count[300s]))",
        );
        expect(promName("storage.googleapis.com/storage/v2/total_bytes")).to.equal(
            "storage_googleapis_com:storage_v2_total_bytes",
        );
    });

    it("stands on the stack's one dashboard, which is written as Google writes it back", async () => {
        const { inputs } = await onGcp(() => {
            new Blob("uploads");
            new Metric("orders", { dimensions: ["country"], alarms: { none: { below: 1, email: "a@example.com" } } });
        });
        const { mosaicLayout } = JSON.parse(inputs("Dashboard", "stack-dashboard").dashboardJson as string) as {
            mosaicLayout: { tiles: { xPos?: number; yPos?: number; widget: object }[] };
        };
        const text = JSON.stringify(mosaicLayout.tiles);
        expect(text).to.include(`projects/${project}/alertPolicies/orders-alarm-none`);
        expect(text).to.include("sum by (country) (increase(mvi_project_stack_orders[300s]))");
        expect(text).to.include('bucket_name=\\"uploads\\"');
        // Google leaves zeros out, and would bring a change back at each run.
        for (const { xPos, yPos } of mosaicLayout.tiles) expect([xPos, yPos]).to.not.include(0);
    });
});
