import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { App, Container, LoadBalancer, Metric } from "../../components";
import { handler } from "../../providers/aws/uptime/ask";
import { arn } from "./lens";
import { onAws, statements } from "./program";

const image = `ghcr.io/acme/web@sha256:${"a".repeat(64)}`;

describe("What is public on AWS", () => {
    const input = (schedule: Record<string, unknown>) =>
        JSON.parse((schedule.target as { input: string }).input) as { url: string; most: number };

    it("is asked once a minute whether it is reached, at the path which is there for it", async () => {
        const { inputs, names } = await onAws(() => [
            new Container("web", { image, port: 3000, public: true, health: "/healthz" }),
            new Container("site", { image, port: 3000, public: true, domain: "www.example.com" }),
            new Container("hidden", { image, port: 3000 }),
        ]);
        const schedule = inputs("Schedule", "web-uptimeSchedule");
        expect(schedule).to.deep.include({
            scheduleExpression: "rate(1 minute)",
            kmsKeyArn: arn("kms", "key/stack-key-id"),
        });
        expect(schedule.target).to.deep.include({
            arn: arn("lambda", "function:web-uptime"),
            retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 0 },
        });
        expect(input(schedule)).to.deep.equal({ url: "https://web-edge.cloudfront.net/healthz", most: 399 });
        // Where nothing is said of a path, a page for those who have logged in is an answer too.
        expect(input(inputs("Schedule", "site-uptimeSchedule"))).to.deep.equal({
            url: "https://www.example.com/",
            most: 499,
        });
        expect(names("Schedule")).to.have.length(2);
        expect(inputs("Function", "web-uptime")).to.deep.include({
            handler: "index.handler",
            memorySize: 128,
            loggingConfig: {
                logFormat: "JSON",
                logGroup: "web-uptimeLog",
                applicationLogLevel: "WARN",
                systemLogLevel: "WARN",
            },
        });
        expect(inputs("Function", "web-uptime")).to.not.have.any.keys("vpcConfig", "environment");
        expect(inputs("LogGroup", "web-uptimeLog")).to.include({ kmsKeyId: arn("kms", "key/stack-key-id") });
        const may = (name: string) => statements(inputs("RolePolicy", name).policy).flatMap(({ Action }) => Action);
        expect(may("web-uptimeRolePolicy")).to.deep.equal(["logs:CreateLogStream", "logs:PutLogEvents"]);
        expect(may("web-uptimeScheduleRolePolicy")).to.deep.equal(["lambda:InvokeFunction", "kms:Decrypt"]);
        const [, open] = statements(inputs("RolePolicy", "web-uptimeScheduleRolePolicy").policy);
        const self = arn("scheduler", `schedule/default/${inputs("Schedule", "web-uptimeSchedule").name as string}`);
        expect(open.Condition).to.deep.equal({
            StringEquals: { "kms:EncryptionContext:aws:scheduler:schedule:arn": self },
        });
    });

    it("has a gauge of it, by which an App writes to people; where nobody asks, it is not reached", async () => {
        const { inputs } = await onAws(
            () =>
                void new App("shop", {
                    containers: { web: { image, port: 3000, public: true } },
                    alarms: { email: "ops@example.com" },
                }),
        );
        const alarm = inputs("MetricAlarm", "shop-web-reachable-alarm-reachable");
        expect(alarm).to.include({ threshold: 1, comparisonOperator: "LessThanThreshold", evaluationPeriods: 3 });
        expect(alarm).to.include({ treatMissingData: "breaching" });
        const [value, errors] = alarm.metricQueries as [{ expression: string }, { metric: object }];
        expect(value.expression).to.equal("1+(m1)*-1e+0");
        expect(errors.metric).to.deep.equal({
            namespace: "AWS/Lambda",
            metricName: "Errors",
            dimensions: { FunctionName: "shop-web-uptime" },
            period: 60,
            stat: "Maximum",
        });
    });

    it("is asked at a LoadBalancer too, unless only some are let in", async () => {
        const { inputs, names } = await onAws(() => {
            const web = new Container("web", {
                image,
                ports: { http: { port: 80 }, raw: { port: 90, protocol: "tcp" } },
            });
            const entry = new LoadBalancer("entry", { routes: [{ to: web }] });
            new LoadBalancer("own", { routes: [{ to: web }], domain: "example.com" });
            new LoadBalancer("some", { routes: [{ to: web }], allow: ["203.0.113.0/24"] });
            new LoadBalancer("tcp", { tcp: { raw: { listen: 5000, to: web, port: "raw" } } });
            const down = { below: 1, email: "ops@example.com" };
            new Metric("reached", { of: entry.gauge("reachable"), alarms: { down } });
        });
        expect(names("Schedule")).to.have.members(["entry-uptimeSchedule", "own-uptimeSchedule"]);
        expect(input(inputs("Schedule", "own-uptimeSchedule")).url).to.equal("https://example.com/");
        expect(names("MetricAlarm")).to.deep.equal(["reached-alarm-down"]);
    });
});

describe("The function that asks", () => {
    let server: http.Server;
    let url: string;
    const answers: Record<string, number> = { "/well": 200, "/elsewhere": 302, "/login": 401, "/broken": 503 };

    before(async () => {
        server = http.createServer(({ url: path = "" }, response) => {
            response.writeHead(answers[path], { location: "/broken" }).end("page");
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => new Promise((resolve) => server.close(resolve)));

    it("is content with what is an answer, and fails with any other and with none", async () => {
        await handler({ url: `${url}/well`, most: 399 });
        await handler({ url: `${url}/elsewhere`, most: 399 });
        await handler({ url: `${url}/login`, most: 499 });
        const failing = (path: string, most: number) => handler({ url: `${url}${path}`, most }).catch(String);
        expect(await failing("/login", 399)).to.match(/\/login answered with status 401/);
        expect(await failing("/broken", 499)).to.match(/\/broken answered with status 503/);
        expect(await handler({ url: "http://127.0.0.1:1/", most: 499 }).catch(String)).to.match(/fetch failed/);
    });
});
