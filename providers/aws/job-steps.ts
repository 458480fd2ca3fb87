import * as pulumi from "@pulumi/pulumi";
import type { JobSpec } from "../../components/job";
import { jsonOf } from "../together";

/** StepsArgs says what a run of a job is. */
export interface StepsArgs {
    readonly spec: Pick<JobSpec, "once" | "timeout" | "retries" | "concurrency">;
    readonly cluster: pulumi.Input<string>;
    /** Without a number: always the newest version. */
    readonly definition: pulumi.Input<string>;
    readonly network: {
        readonly subnets: pulumi.Input<string[]>;
        readonly group: pulumi.Input<string>;
        readonly publicAddress: pulumi.Input<boolean>;
    };
}

/** Runs that began before this one and go on. ISO times of one form are in order as texts. */
const earlier = `[$states.result.Executions[ExecutionArn != $states.context.Execution.Id and $string(StartDate) <= $string($states.context.Execution.StartTime)]]`;
const others = `[$states.result.Executions[ExecutionArn != $states.context.Execution.Id]]`;

/**
 * A run, as Step Functions takes it: what the Scheduler by itself lacks. It waits for the task, ends it after the timeout,
 * tries again what failed, and looks first whether a run is going on.
 */
export function steps({ spec, cluster, definition, network }: StepsArgs): pulumi.Output<string> {
    const { once, timeout, retries, concurrency } = spec;
    const run = {
        Type: "Task",
        Resource: "arn:aws:states:::ecs:runTask.sync",
        Arguments: {
            Cluster: cluster,
            TaskDefinition: definition,
            LaunchType: "FARGATE",
            PlatformVersion: "LATEST",
            PropagateTags: "TASK_DEFINITION",
            NetworkConfiguration: {
                AwsvpcConfiguration: {
                    Subnets: network.subnets,
                    SecurityGroups: [network.group],
                    AssignPublicIp: pulumi.output(network.publicAddress).apply((yes) => (yes ? "ENABLED" : "DISABLED")),
                },
            },
        },
        TimeoutSeconds: timeout,
        ...(retries
            ? {
                  Retry: [
                      {
                          ErrorEquals: ["States.TaskFailed", "States.Timeout"],
                          IntervalSeconds: 10,
                          BackoffRate: 2,
                          MaxDelaySeconds: 300,
                          MaxAttempts: retries,
                      },
                  ],
              }
            : {}),
        End: true,
    };
    const look = {
        Type: "Task",
        Resource: "arn:aws:states:::aws-sdk:sfn:listExecutions",
        Arguments: { StateMachineArn: "{% $states.context.StateMachine.Id %}", StatusFilter: "RUNNING" },
        Assign: { going: `{% ${concurrency === "forbid" ? earlier : others} %}` },
        Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 2, MaxAttempts: 3, BackoffRate: 2 }],
    };
    const first = {
        allow: {},
        forbid: {
            Look: { ...look, Next: "IsOneGoingOn" },
            IsOneGoingOn: {
                Type: "Choice",
                Choices: [{ Condition: "{% $count($going) > 0 %}", Next: "LeftOut" }],
                Default: "Run",
            },
            // Who waits for a run is not told that there was one.
            LeftOut: once
                ? { Type: "Fail", Error: "LeftOut", Cause: "Another run goes on: deploy again when it has ended" }
                : { Type: "Succeed" },
        },
        replace: {
            Look: { ...look, Next: "EndOthers" },
            EndOthers: {
                Type: "Map",
                Items: "{% $going %}",
                ItemProcessor: {
                    ProcessorConfig: { Mode: "INLINE" },
                    StartAt: "End",
                    States: {
                        End: {
                            Type: "Task",
                            Resource: "arn:aws:states:::aws-sdk:sfn:stopExecution",
                            Arguments: {
                                ExecutionArn: "{% $states.input.ExecutionArn %}",
                                Cause: "A newer run takes its place",
                            },
                            End: true,
                        },
                    },
                },
                Next: "Run",
            },
        },
    }[concurrency];
    return jsonOf({
        QueryLanguage: "JSONata",
        StartAt: concurrency === "allow" ? "Run" : "Look",
        States: { ...first, Run: run },
    });
}
