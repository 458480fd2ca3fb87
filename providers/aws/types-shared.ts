/** The children that several services have: the parts of types.ts and children.ts. */

import type * as acm from "@pulumi/aws/acm";
import type * as cloudfront from "@pulumi/aws/cloudfront";
import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as ec2 from "@pulumi/aws/ec2";
import type * as ecs from "@pulumi/aws/ecs";
import type * as iam from "@pulumi/aws/iam";
import type * as lambda from "@pulumi/aws/lambda";
import type * as route53 from "@pulumi/aws/route53";
import type * as scheduler from "@pulumi/aws/scheduler";
import type * as vpc from "@pulumi/aws/vpc";
import type { Each } from "../../components/children";

/** What a link makes on both sides: by what is reached, with its port (`api-3000`). */
export interface Linked {
    readonly connectOut: Each<typeof vpc.SecurityGroupEgressRule>;
    readonly connectIn: Each<typeof vpc.SecurityGroupIngressRule>;
}

/** What whatever runs has in the network. */
export interface Running {
    readonly group: typeof ec2.SecurityGroup;
    readonly outRule: typeof vpc.SecurityGroupEgressRule;
    readonly outGateway: Each<typeof vpc.SecurityGroupEgressRule>;
}

/** What ECS starts, and by which right. */
export interface Task {
    readonly taskRole: typeof iam.Role;
    readonly taskRolePolicy: typeof iam.RolePolicy;
    readonly startRole: typeof iam.Role;
    readonly startRolePolicy: typeof iam.RolePolicy;
    readonly definition: typeof ecs.TaskDefinition;
}

/** How the internet comes in, through CloudFront or with a certificate of one's own. */
export interface Edge {
    readonly edge: typeof cloudfront.Distribution;
    readonly edgeLogSource: typeof cloudwatch.LogDeliverySource;
    readonly edgeLogDestination: typeof cloudwatch.LogDeliveryDestination;
    readonly edgeLog: typeof cloudwatch.LogDelivery;
    readonly certificate: typeof acm.Certificate;
    readonly proof: Each<typeof route53.Record>;
    readonly validation: typeof acm.CertificateValidation;
    readonly record: Each<typeof route53.Record>;
}

/** What asks once a minute whether something is reached. */
export interface Uptime {
    readonly uptime: typeof lambda.Function;
    readonly uptimeLog: typeof cloudwatch.LogGroup;
    readonly uptimeRole: typeof iam.Role;
    readonly uptimeRolePolicy: typeof iam.RolePolicy;
    readonly uptimeSchedule: typeof scheduler.Schedule;
    readonly uptimeScheduleRole: typeof iam.Role;
    readonly uptimeScheduleRolePolicy: typeof iam.RolePolicy;
}
