/** How long AWS takes to make what is in a network, or in none. */

import { analyst, analystLater, education, lab, particle, steampipe, tiers, whole } from "./aws-logs";
import { type Duration, estimate, logged } from "./log";

export const aws: Readonly<Record<string, Duration>> = {
    "aws:appautoscaling/target:Target": logged(
        steampipe(353),
        "aws_appautoscaling_target.named_test_resource: Creation complete after 3s",
    ),
    "aws:cloudwatch/logGroup:LogGroup": logged(
        `${whole}#L5035`,
        "module.container[0].aws_cloudwatch_log_group.ecs: Creation complete after 0s",
        10,
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": logged(
        `${analyst}#L75`,
        "aws_cloudwatch_metric_alarm.instance_health: Creation complete after 0s",
        2,
    ),
    "aws:dynamodb/table:Table": logged(
        `${whole}#L5089`,
        "module.database[0].aws_dynamodb_table.simple: Creation complete after 16s",
        3,
    ),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": logged(
        `${whole}#L5061`,
        "module.container[0].aws_ecr_lifecycle_policy.main: Creation complete after 0s",
        2,
    ),
    "aws:ecr/repository:Repository": logged(
        `${whole}#L5051`,
        "module.container[0].aws_ecr_repository.main: Creation complete after 1s",
        4,
    ),
    "aws:ecs/cluster:Cluster": logged(`${particle}#L768`, "aws_ecs_cluster.main: Creation complete after 13s", 4),
    // The public logs do not wait for a service to be steady, as ours does: they have it made in 1 to 4 seconds.
    "aws:ecs/service:Service": estimate(75, "with its first task started and healthy"),
    "aws:ecs/taskDefinition:TaskDefinition": logged(
        `${particle}#L1009`,
        "aws_ecs_task_definition.app: Creation complete after 0s",
        4,
    ),
    "aws:iam/role:Role": logged(`${particle}#L761`, "aws_iam_role.ecs_exec: Creation complete after 2s", 9),
    "aws:iam/rolePolicy:RolePolicy": logged(
        `${whole}#L4886`,
        "module.security[0].aws_iam_role_policy.step_functions: Creation complete after 1s",
        6,
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": logged(
        `${particle}#L765`,
        "aws_iam_role_policy_attachment.ecs_exec: Creation complete after 1s",
        8,
    ),
    "aws:kms/alias:Alias": logged(
        `${whole}#L4894`,
        "module.security[0].aws_kms_alias.main: Creation complete after 0s",
        4,
    ),
    "aws:kms/key:Key": logged(
        `${education}#L5886`,
        "module.eks.module.eks_seoul.module.kms.aws_kms_key.this[0]: Creation complete after 13s",
        4,
    ),
    "aws:lambda/function:Function": logged(
        `${whole}#L5076`,
        "module.compute[0].aws_lambda_function.python_function: Creation complete after 6s",
        6,
    ),
    "aws:rds/instance:Instance": logged(
        `${tiers}#L175`,
        "module.database.aws_db_instance.main: Creation complete after 6m31s",
        4,
    ),
    "aws:rds/parameterGroup:ParameterGroup": logged(
        `${analystLater}#L12`,
        "aws_db_parameter_group.main: Creation complete after 2s",
        3,
    ),
    "aws:rds/subnetGroup:SubnetGroup": logged(
        `${whole}#L5060`,
        "module.database[0].aws_db_subnet_group.main[0]: Creation complete after 1s",
        6,
    ),
    "aws:s3/bucket:Bucket": logged(
        `${whole}#L4829`,
        "module.storage[0].aws_s3_bucket.versioned: Creation complete after 1s",
        7,
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": logged(
        `${whole}#L5003`,
        "module.storage[0].aws_s3_bucket_lifecycle_configuration.versioned: Creation complete after 1m6s",
    ),
    "aws:s3/bucketLogging:BucketLogging": logged(
        `${whole}#L4858`,
        "module.storage[0].aws_s3_bucket_logging.encrypted: Creation complete after 0s",
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": logged(
        `${whole}#L4845`,
        "module.storage[0].aws_s3_bucket_public_access_block.versioned: Creation complete after 0s",
        5,
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": logged(
        `${whole}#L4900`,
        "module.storage[0].aws_s3_bucket_server_side_encryption_configuration.encrypted: Creation complete after 0s",
        2,
    ),
    "aws:s3/bucketVersioning:BucketVersioning": logged(
        `${whole}#L4868`,
        "module.storage[0].aws_s3_bucket_versioning.versioned: Creation complete after 1s",
        3,
    ),
    "aws:scheduler/schedule:Schedule": logged(
        `${lab}#L2086`,
        "aws_scheduler_schedule.unused_token_check: Creation complete after 0s",
    ),
    "aws:secretsmanager/secret:Secret": logged(
        `${whole}#L4896`,
        "module.security[0].aws_secretsmanager_secret.db_credentials: Creation complete after 0s",
    ),
    "aws:sfn/stateMachine:StateMachine": logged(
        steampipe(714),
        "aws_sfn_state_machine.named_test_resource: Creation complete after 5s",
    ),
    "aws:sns/topic:Topic": logged(`${analyst}#L19`, "aws_sns_topic.alerts: Creation complete after 1s", 6),
    "aws:sns/topicPolicy:TopicPolicy": logged(
        `${lab}#L1965`,
        "aws_sns_topic_policy.critical_alert_policy: Creation complete after 1s",
    ),
    "aws:sns/topicSubscription:TopicSubscription": logged(
        `${whole}#L4983`,
        "module.messaging[0].aws_sns_topic_subscription.fifo_to_sqs: Creation complete after 1s",
        4,
    ),
    "aws:sqs/queue:Queue": logged(
        `${whole}#L4976`,
        "module.messaging[0].aws_sqs_queue.standard: Creation complete after 25s",
        2,
    ),
};
