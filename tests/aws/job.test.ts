import { expect } from "chai";
import { Blob, Job } from "../../components";
import { namesBothDays, schedulerCron } from "../../providers/aws/cron";
import { value } from "../support/mocks";
import { arn } from "./lens";
import { onAws, statements } from "./program";

const image = `ghcr.io/acme/report@sha256:${"a".repeat(64)}`;

interface Steps {
    StartAt: string;
    States: Record<string, Record<string, unknown>>;
}

describe("The Scheduler's form of a schedule", () => {
    const forms: Record<string, string> = {
        "* * * * *": "* * * * ? *",
        "0 3 * * *": "0 3 * * ? *",
        "*/15 * * * 1-5": "0,15,30,45 * ? * 2-6 *",
        "0 0 * * 0": "0 0 ? * 1 *",
        "0 0 * * 7": "0 0 ? * 1 *",
        "0 0 * * SUN,wed": "0 0 ? * 1,4 *",
        "0 0 * * FRI-MON": "0 0 ? * 1-2,6-7 *",
        "0 0 * * 5-7": "0 0 ? * 1,6-7 *",
        "0 0 * * */2": "0 0 ? * 1,3,5,7 *",
        "0 0 1,15 * *": "0 0 1,15 * ? *",
        "0 0 1 JAN-MAR *": "0 0 1 1-3 ? *",
        "5/20 8-18/5 * * *": "5,25,45 8,13,18 * * ? *",
        "0 22-2 * * *": "0 0-2,22-23 * * ? *",
        "30 4 */10 */6 *": "30 4 1,11,21,31 1,7 ? *",
    };
    for (const [given, wanted] of Object.entries(forms))
        it(`has ${given}`, () => expect(schedulerCron(given)).to.equal(`cron(${wanted})`));

    it("does not have a day of the month or one of the week", async () => {
        for (const schedule of ["0 0 13 * 5", "0 0 */2 * MON", "0 0 1-30 * 0-5"])
            expect(namesBothDays(schedule), schedule).to.equal(true);
        for (const schedule of ["0 0 13 * *", "0 0 1-31 * 5", "0 0 13 * 0-6", "0 0 13 * 1-7", "0 0 * * */1"])
            expect(namesBothDays(schedule), schedule).to.equal(false);
        const error = await onAws(() => void new Job("report", { image, schedule: "0 0 13 * 5" })).catch(String);
        expect(error).to.match(/Job "report" cannot be made .*\n.*schedule: .*make two jobs/);
    });
});

describe("Job on AWS", () => {
    const made = (args: object) =>
        onAws(() => new Job("report", { image, uses: [new Blob("uploads").readOnly()], ...args }));
    const stepsOf = (inputs: Record<string, unknown>) => JSON.parse(inputs.definition as string) as Steps;

    it("is run by a state machine, with its timeout and retries, always in its newest version", async () => {
        const { inputs } = await made({ schedule: "0 3 * * *", timeout: 600, retries: 5, concurrency: "allow" });
        const { StartAt, States } = stepsOf(inputs("StateMachine", "report"));
        expect(StartAt).to.equal("Run");
        expect(Object.keys(States)).to.deep.equal(["Run"]);
        expect(States.Run).to.deep.include({
            Resource: "arn:aws:states:::ecs:runTask.sync",
            TimeoutSeconds: 600,
            Retry: [
                {
                    ErrorEquals: ["States.TaskFailed", "States.Timeout"],
                    IntervalSeconds: 10,
                    BackoffRate: 2,
                    MaxDelaySeconds: 300,
                    MaxAttempts: 5,
                },
            ],
        });
        expect(States.Run.Arguments).to.deep.include({
            Cluster: arn("ecs", "cluster/stack-cluster"),
            TaskDefinition: arn("ecs", "task-definition/report-definition"),
            LaunchType: "FARGATE",
        });
        expect(inputs("StateMachine", "report").tracingConfiguration).to.deep.equal({ enabled: true });
        expect(
            statements(inputs("RolePolicy", "report-runRolePolicy").policy).find(({ Action }) =>
                Action.includes("xray:PutTraceSegments"),
            )?.Condition,
        ).to.deep.equal({ StringEquals: { "aws:RequestedRegion": "eu-central-1" } });
        expect(inputs("StateMachine", "report").loggingConfiguration).to.deep.include({
            level: "ERROR",
            logDestination: `${arn("logs", "log-group:report-log")}:*`,
        });
    });

    it("is started when it is time, by a role that can do nothing else, and what could not be started is kept", async () => {
        const { inputs } = await made({ schedule: "*/5 * * * *", timeZone: "Europe/Berlin" });
        const machine = inputs("StateMachine", "report").name as string;
        expect(inputs("Schedule", "report-schedule")).to.deep.include({
            scheduleExpression: "cron(0,5,10,15,20,25,30,35,40,45,50,55 * * * ? *)",
            scheduleExpressionTimezone: "Europe/Berlin",
            flexibleTimeWindow: { mode: "OFF" },
            kmsKeyArn: arn("kms", "key/stack-key-id"),
            target: {
                arn: arn("states", `stateMachine:${machine}`),
                roleArn: "arn:aws:iam::123456789012:role/report-scheduleRole",
                retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 10 },
                deadLetterConfig: { arn: arn("sqs", "report-lost") },
            },
        });
        expect(inputs("Queue", "report-lost")).to.include({ sqsManagedSseEnabled: true });
        const may = statements(inputs("RolePolicy", "report-scheduleRolePolicy").policy);
        expect(may.map(({ Action, Resource }) => [Action, Resource])).to.deep.equal([
            [["states:StartExecution"], [arn("states", `stateMachine:${machine}`)]],
            [["sqs:SendMessage"], [arn("sqs", "report-lost")]],
            [["kms:Decrypt"], [arn("kms", "key/stack-key-id")]],
        ]);
        // What the Scheduler opens is what it has itself encrypted: this schedule's own input.
        const self = arn("scheduler", `schedule/default/${inputs("Schedule", "report-schedule").name as string}`);
        expect(may[2].Condition).to.deep.equal({
            StringEquals: { "kms:EncryptionContext:aws:scheduler:schedule:arn": self },
        });
        expect(JSON.stringify(statements(inputs("Role", "report-scheduleRole").assumeRolePolicy))).to.include(
            "aws:SourceAccount",
        );
    });

    it("passes on its own two roles only, and only to a task", async () => {
        const { inputs } = await made({});
        const may = statements(inputs("RolePolicy", "report-runRolePolicy").policy);
        expect(may.find(({ Action }) => Action.includes("iam:PassRole"))).to.deep.include({
            Resource: ["report-taskRole", "report-startRole"].map((name) => `arn:aws:iam::123456789012:role/${name}`),
            Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
        });
        expect(may.find(({ Action }) => Action.includes("ecs:RunTask"))).to.deep.include({
            Condition: { ArnEquals: { "ecs:cluster": arn("ecs", "cluster/stack-cluster") } },
        });
    });

    it("looks first whether a run is going on, and leaves it out or takes its place", async () => {
        const forbid = await made({ retries: 0 });
        const left = stepsOf(forbid.inputs("StateMachine", "report"));
        expect(left.StartAt).to.equal("Look");
        expect(left.States.IsOneGoingOn).to.deep.include({ Default: "Run" });
        expect(left.States.Run).to.not.have.property("Retry");
        const actions = (of: typeof forbid) =>
            statements(of.inputs("RolePolicy", "report-runRolePolicy").policy).flatMap(({ Action }) => Action);
        expect(actions(forbid)).to.include("states:ListExecutions").and.not.include("states:StopExecution");
        const replace = await made({ concurrency: "replace" });
        expect(stepsOf(replace.inputs("StateMachine", "report")).States.EndOthers).to.include({ Next: "Run" });
        expect(actions(replace)).to.include("states:StopExecution");
        expect(actions(await made({ concurrency: "allow" }))).to.not.include("states:ListExecutions");
    });

    it("runs once at a change, and the deployment waits for its end", async () => {
        const { inputs, names, result } = await made({ once: true, timeout: 600, retries: 1 });
        expect(await value(result.lastRun)).to.deep.equal({
            id: "report-once-id",
            outcome: "succeeded",
            exitCode: 0,
        });
        expect(names("Schedule")).to.deep.equal([]);
        expect(inputs("Association", "report-once")).to.deep.include({
            name: "report-onceDocument",
            waitForSuccessTimeoutSeconds: 2400,
        });
        expect(inputs("Association", "report-once").parameters).to.include({
            Version: arn("ecs", "task-definition/report-definition:1"),
        });
        const { mainSteps } = JSON.parse(inputs("Document", "report-onceDocument").content as string) as {
            mainSteps: { name: string; action: string }[];
        };
        expect(mainSteps.map(({ name, action }) => [name, action])).to.deep.equal([
            ["Start", "aws:executeAwsApi"],
            ["Wait", "aws:waitForAwsResourceProperty"],
            ["See", "aws:assertAwsResourceProperty"],
        ]);
        // What was left out did not run: a deployment that waits for it fails, as on every cloud.
        expect(stepsOf(inputs("StateMachine", "report")).States.LeftOut).to.include({ Type: "Fail" });
        const byHand = await made({});
        expect(stepsOf(byHand.inputs("StateMachine", "report")).States.LeftOut).to.include({ Type: "Succeed" });
        expect(byHand.names("Association")).to.deep.equal([]);
        expect(await value(byHand.result.lastRun)).to.equal(undefined);
    });
});
