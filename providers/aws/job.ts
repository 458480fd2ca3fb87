import * as pulumi from "@pulumi/pulumi";
import * as scheduler from "@pulumi/aws/scheduler";
import * as sfn from "@pulumi/aws/sfn";
import * as sqs from "@pulumi/aws/sqs";
import type { DriverOf } from "../../components/cloud";
import type { JobSpec } from "../../components/job";
import type { Site } from "../../components/site";
import { accountOf } from "./account";
import { clusterOf } from "./cluster";
import { schedulerCron } from "./cron";
import { encryptionKey } from "./encryption";
import { gauges } from "./gauges";
import type { Statement } from "./grants";
import { runOnce } from "./job-once";
import { steps } from "./job-steps";
import { shortName } from "./names";
import { role } from "./role";
import { tags } from "./tags";
import { makeTask, type Task } from "./task";

/**
 * A task on Fargate that a state machine runs: the Scheduler by itself would start it, and never know how it ended. By hand
 * it is run with `aws stepfunctions start-execution`.
 */
export const job: DriverOf<"job"> = (site, spec) => {
    const { cluster } = clusterOf(site);
    const task = makeTask(site, { spec, stopGrace: 30 });
    const name = shortName(site.name, 80);
    const { role: runner, policies } = role(site, "runRole", {
        service: "states.amazonaws.com",
        description: `Runs ${site.name}`,
        may: [...runs(site, cluster.arn, task), ...looks(site, name, spec)],
    });
    const { arn: group } = (spec.log.nodes.aws as { group: { arn: pulumi.Output<string> } }).group;
    const machine = site.make(
        "machine",
        sfn.StateMachine,
        {
            name,
            type: "STANDARD",
            roleArn: runner.arn,
            definition: steps({
                spec,
                cluster: cluster.arn,
                definition: task.definition.arnWithoutRevision,
                network: {
                    subnets: task.network.subnets,
                    group: task.group.id,
                    publicAddress: task.network.assignPublicIp,
                },
            }),
            // Why a run failed stands beside what it wrote.
            loggingConfiguration: {
                level: "ERROR",
                includeExecutionData: true,
                logDestination: pulumi.interpolate`${group}:*`,
            },
            // Where the time of a run went: to its start, its attempts, its waits.
            tracingConfiguration: { enabled: true },
            tags: tags(site),
        },
        { main: true, dependsOn: [...policies, ...task.after] },
    );
    if (spec.schedule !== undefined) schedule(site, spec.schedule, spec, machine);
    const once = spec.once ? runOnce(site, { spec, machine, definition: task.definition }) : undefined;
    return {
        id: machine.arn,
        // It is there only if the run succeeded, which takes that all that ran ended with 0.
        lastRun: once
            ? once.associationId.apply((id) => ({ id, outcome: "succeeded" as const, exitCode: 0 }))
            : pulumi.output(undefined),
        gauges: gauges("AWS/States", { failures: "ExecutionsFailed" }, { StateMachineArn: machine.arn }),
    };
};

/** What Step Functions needs to run a task, to see its end, and to end it: of this task, in this cluster. */
function runs(site: Site, cluster: pulumi.Output<string>, { definition, roles }: Task): Statement[] {
    const { id, region, partition } = accountOf(site);
    const inCluster = { ArnEquals: { "ecs:cluster": cluster } };
    return [
        {
            actions: ["ecs:RunTask"],
            on: [pulumi.interpolate`${definition.arnWithoutRevision}:*`, definition.arnWithoutRevision],
            when: inCluster,
        },
        {
            actions: ["ecs:DescribeTasks", "ecs:StopTask"],
            on: [pulumi.interpolate`arn:${partition}:ecs:${region}:${id}:task/*`],
            when: inCluster,
        },
        // The tags of the task are the definition's.
        {
            actions: ["ecs:TagResource"],
            on: [pulumi.interpolate`arn:${partition}:ecs:${region}:${id}:task/*`],
            when: { StringEquals: { "ecs:CreateAction": "RunTask" } },
        },
        {
            actions: ["iam:PassRole"],
            on: roles,
            when: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
        },
        {
            actions: ["events:DescribeRule", "events:PutRule", "events:PutTargets"],
            on: [pulumi.interpolate`arn:${partition}:events:${region}:${id}:rule/StepFunctionsGetEventsForECSTaskRule`],
        },
        // Traces have no resource: the account's region is the narrowest there is.
        {
            actions: [
                "xray:GetSamplingRules",
                "xray:GetSamplingTargets",
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments",
            ],
            on: ["*"],
            when: { StringEquals: { "aws:RequestedRegion": region } },
        },
        // Step Functions sets up its log by itself: that has no resource.
        {
            actions: [
                "logs:CreateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:DescribeLogGroups",
                "logs:DescribeResourcePolicies",
                "logs:GetLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:UpdateLogDelivery",
            ],
            on: ["*"],
            when: { StringEquals: { "aws:RequestedRegion": region } },
        },
    ];
}

/** What it needs to see other runs of itself, and to end them. */
function looks(site: Site, name: string, { concurrency }: JobSpec): Statement[] {
    const { id, region, partition } = accountOf(site);
    const of = (kind: string) => pulumi.interpolate`arn:${partition}:states:${region}:${id}:${kind}:${name}`;
    if (concurrency === "allow") return [];
    const list = { actions: ["states:ListExecutions"], on: [of("stateMachine")] };
    if (concurrency === "forbid") return [list];
    return [list, { actions: ["states:StopExecution"], on: [pulumi.interpolate`${of("execution")}:*`] }];
}

/** Starts a run when it is time. What could not be started for an hour is kept for two weeks, to be looked at. */
function schedule(site: Site, cron: string, { timeZone }: JobSpec, machine: sfn.StateMachine): void {
    const lost = site.make("lost", sqs.Queue, {
        sqsManagedSseEnabled: true,
        messageRetentionSeconds: 14 * 86400,
        tags: tags(site),
    });
    const encryption = encryptionKey(site, undefined);
    const name = shortName(site.name, 64);
    const { role: starter, policies } = role(site, "scheduleRole", {
        service: "scheduler.amazonaws.com",
        description: `Starts ${site.name} when it is time`,
        may: [
            { actions: ["states:StartExecution"], on: [machine.arn] },
            { actions: ["sqs:SendMessage"], on: [lost.arn] },
            encryption.ofSchedule(name),
        ],
    });
    site.make(
        "schedule",
        scheduler.Schedule,
        {
            name,
            description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            scheduleExpression: schedulerCron(cron),
            scheduleExpressionTimezone: timeZone,
            flexibleTimeWindow: { mode: "OFF" },
            kmsKeyArn: encryption.arn,
            target: {
                arn: machine.arn,
                roleArn: starter.arn,
                retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 10 },
                deadLetterConfig: { arn: lost.arn },
            },
        },
        { dependsOn: policies },
    );
}
