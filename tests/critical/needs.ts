/**
 * What must be there before what, for a program with our values: each value is taken as needed, so a needless one lengthens
 * this chain as well as the time. What the clouds themselves demand, whatever our values, is in `demanded`.
 */

import type { Recorded } from "../support/record";

/** By the types of the later one and of the earlier one, without their package, and why. */
type Rule = readonly [later: RegExp, earlier: RegExp, why: string];

/** What no value says, and which is so all the same. */
const required: readonly Rule[] = [
    [/^gcp:/, /^gcp:projects\/service:/, "an API answers SERVICE_DISABLED until it is enabled"],
    [/^gcp:/, /^gcp:kms\/cryptoKeyIAMMember:/, "a service is refused that may not use the key it is to encrypt with"],
    [
        /^gcp:cloudrunv2\/(service|workerPool|job):/,
        /IAMMember:/i,
        "Cloud Run refuses a secret that may not be read; the rest is needed by what starts at once",
    ],
    [
        /^gcp:cloudrunv2\/(service|workerPool|job):/,
        /^gcp:compute\/firewall:/,
        "what starts at once has no way out before",
    ],
    [
        /^gcp:cloudrunv2\/job:/,
        /^gcp:(compute\/forwardingRule|dns\/recordSet):/,
        "what makes the database's users runs at once, and connects",
    ],
    [
        /^aws:(ec2\/eip|ec2\/natGateway):/,
        /internetGateway:/,
        "AWS refuses a public address in a network without a gateway",
    ],
    [
        /^aws:ecs\/service:/,
        /clusterCapacityProviders:/,
        "a service is refused whose capacity provider the cluster has not",
    ],
    [/^aws:ecs\/service:/, /rolePolicy:/, "its tasks start at once, and read their image and their secrets"],
    [/^aws:ecs\/service:/, /listenerRule:/, "a service is refused whose target group no load balancer has"],
    [
        /^aws:lambda\/(function|invocation):/,
        /rolePolicy/,
        "a function in a network is refused without the permission for its interfaces",
    ],
    [
        /^aws:(lb\/loadBalancer|cloudwatch\/logDelivery|s3\/bucketLogging):/,
        /bucketPolicy:/,
        "AWS tries to write a log before it agrees",
    ],
    [
        /^aws:s3\/bucketPolicy:/,
        /bucket(OwnershipControls|PublicAccessBlock):/,
        "S3 refuses two changes of a bucket at once",
    ],
    [
        /^aws:s3\/bucketLifecycleConfiguration:/,
        /bucketVersioning:/,
        "rules for old versions are refused where there are none",
    ],
    [/^aws:rds\/eventSubscription:/, /topicPolicy:/, "RDS tries to publish before it agrees"],
    [/^aws:rds\/instance:/, /logGroup:/, "RDS makes it otherwise: unencrypted, and for ever"],
    [/^aws:rds\/instance:/, /rolePolicyAttachment:/, "RDS tries its role for monitoring"],
    [/^aws:sfn\/stateMachine:/, /rolePolicy:/, "Step Functions tries its role for logs"],
    [/^aws:ec2\/flowLog:/, /rolePolicy:/, "it is delivered at once"],
];

/** What a value says, and which is not so: the value is there before, and we wait for something else with it. */
const courtesy: readonly Rule[] = [
    [
        /^gcp:cloudrunv2\/job:/,
        /^gcp:cloudrunv2\/job:/,
        "a job that runs by its schedule needs no user of the database yet",
    ],
    [/^aws:(sfn|scheduler)\//, /^aws:lambda\/invocation:/, "the same"],
    [
        /^aws:ecs\/(service|taskDefinition):/,
        /^aws:ecs\/service:/,
        "only a client of Service Connect is to be started after its server",
    ],
];

/** What no cloud asks for, and we wait for all the same: what it would be without. */
const ours: readonly Rule[] = [
    [
        /^aws:cloudfront\/vpcOrigin:/,
        /^aws:lb\/listener:/,
        "CloudFront would have an origin at which nobody listens; it takes a second",
    ],
    [/^aws:scheduler\/schedule:/, /^aws:iam\/rolePolicy:/, "its first start would be refused"],
    [
        /^aws:scheduler\/schedule:/,
        /^aws:ecs\/service:/,
        "the check from outside would find nobody there yet, and its alarm would ring",
    ],
    [/^gcp:cloudscheduler\/job:/, /^gcp:projects\/iAMMember:/, "its first start would be refused"],
    [
        /^gcp:monitoring\/uptimeCheckConfig:/,
        /^gcp:cloudrunv2\/service:/,
        "the check from outside would find nobody there yet, and its alarm would ring",
    ],
    [/^gcp:workflows\/workflow:/, /^gcp:cloudrunv2\/jobIamMember:/, "its first run would be refused the job"],
];

const says = (rules: readonly Rule[], later: string, earlier: string) =>
    rules.some(([one, other]) => one.test(later) && other.test(earlier));

/** The numbers of what must be there before `one`. */
export function needsOf(one: Recorded, all: readonly Recorded[]): number[] {
    const data = Object.values(one.from)
        .flat()
        .filter((number) => !says(courtesy, one.type, all[number].type));
    return [...new Set([...data, ...one.after.filter((number) => says(required, one.type, all[number].type))])];
}

/** What we wait for and the clouds do not, `later <- earlier`, and why we do; undefined where nobody has said it. */
export function needlessOf(all: readonly Recorded[]): { pair: string; why: string | undefined }[] {
    const pairs = all.flatMap((one) =>
        one.after
            .map((number) => ({ later: one.type, earlier: all[number].type }))
            .filter(({ later, earlier }) => !says(required, later, earlier)),
    );
    const found = new Map(pairs.map(({ later, earlier }) => [`${later} <- ${earlier}`, whyOf(later, earlier)]));
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([pair, why]) => ({ pair, why }));
}

const whyOf = (later: string, earlier: string) =>
    ours.find(([one, other]) => one.test(later) && other.test(earlier))?.[2];
