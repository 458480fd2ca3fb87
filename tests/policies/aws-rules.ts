import { at, each, isText, type Loose, type Rule } from "./rule";

export const awsRules: readonly Rule[] = [
    {
        says: "goes back by itself when what is new does not come up",
        of: ["aws:ecs/service:Service"],
        holds: (inputs) =>
            at(inputs, "deploymentCircuitBreaker.enable") === true &&
            at(inputs, "deploymentCircuitBreaker.rollback") === true,
        spoil: (inputs: Loose) => void (inputs.deploymentCircuitBreaker = { enable: true, rollback: false }),
    },
    {
        says: "has no secret in its definition, which is for everybody to read",
        of: ["aws:ecs/taskDefinition:TaskDefinition"],
        holds: ({ containerDefinitions }) => isText(containerDefinitions),
        spoil: (inputs: Loose) => void (inputs.containerDefinitions = { secret: "[]" }),
    },
    {
        says: "asks its targets how they are",
        of: ["aws:lb/targetGroup:TargetGroup"],
        holds: (inputs) => Number(at(inputs, "healthCheck.interval")) > 0,
        spoil: (inputs: Loose) => void delete inputs.healthCheck,
    },
    {
        says: "has bounds",
        of: ["aws:appautoscaling/target:Target"],
        holds: ({ minCapacity, maxCapacity }) => Number(minCapacity) >= 1 && Number(maxCapacity) >= Number(minCapacity),
        spoil: (inputs: Loose) => void delete inputs.maxCapacity,
    },
    {
        says: "calls as a role of the program's own",
        of: ["aws:scheduler/schedule:Schedule"],
        holds: (inputs) => isText(at(inputs, "target.roleArn")) && isText(at(inputs, "target.arn")),
        spoil: (inputs: Loose) => void delete inputs.target.roleArn,
    },
    {
        says: "tells somebody",
        of: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
        holds: (inputs) => each(inputs, "alarmActions").length > 0,
        spoil: (inputs: Loose) => void (inputs.alarmActions = []),
    },
    {
        says: "warns before it is spent",
        of: ["aws:budgets/budget:Budget"],
        holds: (inputs) => each(inputs, "notifications").length > 0,
        spoil: (inputs: Loose) => void (inputs.notifications = []),
    },
];
