import * as pulumi from "@pulumi/pulumi";
import type * as ecs from "@pulumi/aws/ecs";
import type * as sfn from "@pulumi/aws/sfn";
import * as ssm from "@pulumi/aws/ssm";
import type { JobSpec } from "../../components/job";
import type { Site } from "../../components/site";
import { renamed } from "./names";
import { role } from "./role";
import { tags } from "./tags";

/** OnceArgs says what is run at a change. */
export interface OnceArgs {
    readonly spec: JobSpec;
    readonly machine: sfn.StateMachine;
    /** A new version of it is a change. */
    readonly definition: ecs.TaskDefinition;
}

/**
 * Runs a job when it is made and at each change, and waits for its end. AWS has no resource which is a run: an association
 * of Systems Manager carries out its document when it is made, and the provider waits for its success. A failed run fails
 * the deployment.
 */
export function runOnce(site: Site, { spec, machine, definition }: OnceArgs): ssm.Association {
    // Each attempt may take its whole time, and there is a pause between two.
    const seconds = Math.min((spec.timeout + 300) * (spec.retries + 1) + 600, 7 * 86400);
    const { role: runner, policies } = role(site, "onceRole", {
        service: "ssm.amazonaws.com",
        description: `Runs ${site.name} at a change, and waits for its end`,
        may: [
            { actions: ["states:StartExecution"], on: [machine.arn] },
            {
                actions: ["states:DescribeExecution"],
                on: [machine.arn.apply((arn) => `${arn.replace(":stateMachine:", ":execution:")}:*`)],
            },
        ],
    });
    const document = site.make("onceDocument", ssm.Document, {
        ...renamed(`${site.name}-onceDocument`, 128, "document"),
        documentType: "Automation",
        documentFormat: "JSON",
        content: JSON.stringify(steps(site, seconds)),
        tags: tags(site),
    });
    return site.make(
        "once",
        ssm.Association,
        {
            name: document.name,
            parameters: {
                AutomationAssumeRole: runner.arn,
                StateMachine: machine.arn,
                Version: definition.arn,
            },
            waitForSuccessTimeoutSeconds: seconds,
            tags: tags(site),
        },
        {
            dependsOn: [...policies, machine],
            // The provider waits for a new association, not for a changed one.
            replaceOnChanges: ["parameters", "name"],
            deleteBeforeReplace: true,
            customTimeouts: { create: `${seconds + 300}s` },
        },
    );
}

function steps(site: Site, seconds: number): object {
    const execution = { Service: "stepfunctions", Api: "DescribeExecution", executionArn: "{{ Start.Arn }}" };
    const text = (description: string) => ({ type: "String", description });
    return {
        schemaVersion: "0.3",
        description: `Runs ${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}, and waits for its end`,
        assumeRole: "{{ AutomationAssumeRole }}",
        parameters: {
            AutomationAssumeRole: { type: "AWS::IAM::Role::Arn", description: "As whom" },
            StateMachine: text("What is run"),
            Version: text("Of what: another one is another run"),
        },
        mainSteps: [
            {
                name: "Start",
                action: "aws:executeAwsApi",
                inputs: { Service: "stepfunctions", Api: "StartExecution", stateMachineArn: "{{ StateMachine }}" },
                outputs: [{ Name: "Arn", Selector: "$.executionArn", Type: "String" }],
            },
            {
                name: "Wait",
                action: "aws:waitForAwsResourceProperty",
                timeoutSeconds: seconds,
                inputs: {
                    ...execution,
                    PropertySelector: "$.status",
                    DesiredValues: ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
                },
            },
            {
                name: "See",
                action: "aws:assertAwsResourceProperty",
                inputs: { ...execution, PropertySelector: "$.status", DesiredValues: ["SUCCEEDED"] },
                isEnd: true,
            },
        ],
    };
}
