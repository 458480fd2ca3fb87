import { lens } from "../aws/lens";
import { skips } from "./aws-skips";
import { hclName } from "./hcl";
import type { Scanned } from "./scanned";

export const aws: Scanned = {
    cloud: "aws",
    lens,
    prefix: "aws",
    modules: {},
    skips,
    types: {
        "appautoscaling/Policy": "aws_appautoscaling_policy",
        "autoscaling/Group": "aws_autoscaling_group",
        "cloudtrail/Trail": "aws_cloudtrail",
        "cloudfront/Distribution": "aws_cloudfront_distribution",
        "cloudwatch/Dashboard": "aws_cloudwatch_dashboard",
        "cloudwatch/EventRule": "aws_cloudwatch_event_rule",
        "cloudwatch/LogGroup": "aws_cloudwatch_log_group",
        "cloudwatch/LogMetricFilter": "aws_cloudwatch_log_metric_filter",
        "cloudwatch/LogSubscriptionFilter": "aws_cloudwatch_log_subscription_filter",
        "cloudwatch/MetricAlarm": "aws_cloudwatch_metric_alarm",
        "ec2/DefaultNetworkAcl": "aws_default_network_acl",
        "ec2/DefaultSecurityGroup": "aws_default_security_group",
        "ec2/Eip": "aws_eip",
        "ec2/FlowLog": "aws_flow_log",
        "ec2/Instance": "aws_instance",
        "ec2/InternetGateway": "aws_internet_gateway",
        "ec2/LaunchTemplate": "aws_launch_template",
        "ec2/NatGateway": "aws_nat_gateway",
        "ec2/NetworkInterface": "aws_network_interface",
        "ec2/Route": "aws_route",
        "ec2/RouteTable": "aws_route_table",
        "ec2/RouteTableAssociation": "aws_route_table_association",
        "ec2/SecurityGroup": "aws_security_group",
        "ec2/Subnet": "aws_subnet",
        "ec2/Vpc": "aws_vpc",
        "ec2/VpcEndpoint": "aws_vpc_endpoint",
        "kinesis/FirehoseDeliveryStream": "aws_kinesis_firehose_delivery_stream",
        "lb/LoadBalancer": "aws_lb",
        "rds/EventSubscription": "aws_db_event_subscription",
        "rds/Instance": "aws_db_instance",
        "rds/ParameterGroup": "aws_db_parameter_group",
        "rds/SubnetGroup": "aws_db_subnet_group",
        "s3/Bucket": "aws_s3_bucket",
        "servicediscovery/HttpNamespace": "aws_service_discovery_http_namespace",
        "wafv2/WebAcl": "aws_wafv2_web_acl",
        "wafv2/WebAclLoggingConfiguration": "aws_wafv2_web_acl_logging_configuration",
    },
    names: {
        aws_cloudwatch_metric_alarm: { name: "alarm_name", metricQueries: "metric_query" },
        aws_lambda_function: { name: "function_name" },
        aws_sns_topic_subscription: { topic: "topic_arn" },
        aws_cloudwatch_log_subscription_filter: { logGroup: "log_group_name" },
        aws_db_parameter_group: { parameters: "parameter" },
        aws_rds_cluster_parameter_group: { parameters: "parameter" },
        aws_elasticache_parameter_group: { parameters: "parameter" },
        aws_rds_cluster: { serverlessv2ScalingConfiguration: "serverlessv2_scaling_configuration" },
        aws_s3_bucket_lifecycle_configuration: { noncurrentVersionExpiration: "noncurrent_version_expiration" },
        aws_kinesis_firehose_delivery_stream: {
            extendedS3Configuration: "extended_s3_configuration",
            s3Configuration: "s3_configuration",
            s3BackupMode: "s3_backup_mode",
        },
    },
    managed: {
        "67f7725c-6f97-4210-82d7-5512b31e9d03": {
            type: "aws_cloudfront_response_headers_policy",
            name: "Managed-SecurityHeadersPolicy",
        },
    },
    plurals: new Set(),
    maps: new Set(["tags", "tagsAll", "dimensions", "triggers", "variables", "keepers", "options"]),
    json: new Set(["policy", "assumeRolePolicy", "containerDefinitions", "inputPolicy"]),
    notTexts: new Set(["masterUserSecrets", "port", "tagsAll"]),
    known: new Set(["hex", "result"]),
    // A service runs what it was told to run: who asks is content.
    answers(token, { serviceName }, drawn) {
        if (token !== "aws:ecs/getService:getService") return {};
        const service = drawn.find(
            ({ type, name }) =>
                type === "aws:ecs/service:Service" && serviceName === `\${aws_ecs_service.${hclName(name)}.name}`,
        );
        return { taskDefinition: service?.inputs.taskDefinition };
    },
    // Pulumi makes the new one first, always.
    lifecycle: (type) => (type === "aws_acm_certificate" ? ["create_before_destroy = true"] : []),
};
