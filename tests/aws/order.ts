/** What must be there before what on AWS, as its documentation and first deployments have it; asked of what a program registers. */

import { dependentsOf, inputsOf, madeOf, ofKind, type Order, some, transitive } from "../support/order";
import type { Recorded } from "../support/record";

type All = readonly Recorded[];

/** What a role may do. What is made of it comes after it by itself, and not after these. */
const policiesOf = (roles: All, all: All) =>
    ofKind(all, /^RolePolicy(Attachment)?$/).filter((one) =>
        madeOf(one, all, /^Role$/, ["role"]).some((role) => roles.includes(role)),
    );
/** The roles of which a resource is made, at once or by what it is made of. */
const rolesOf = (one: Recorded, all: All, by: RegExp) =>
    [one, ...madeOf(one, all, by)].flatMap((each) => madeOf(each, all, /^Role$/));
const sameOf = (one: Recorded, all: All, pattern: RegExp, input: string) =>
    ofKind(all, pattern).filter(({ inputs }) => inputs[input] === one.inputs[input]);
const logPolicy = (all: All) =>
    some(
        all.filter(({ name }) => /^stack-access-logs.*-policy$/.test(name)),
        "policy of the bucket for access logs",
    );
/** What has a role that it uses as soon as it is there. */
const atOnce = (later: RegExp, why: string, by = /^$/): Order => ({
    why,
    later,
    alone: true,
    earlier: (one, all) => {
        const roles = rolesOf(one, all, by);
        return roles.length ? some(policiesOf(roles, all), "policy of its role") : [];
    },
});

export const orders: readonly Order[] = [
    {
        why: "AWS makes the log groups of a database itself where there are none: without a key, and for ever",
        later: /^aws:rds\/(instance|cluster):/,
        alone: true,
        earlier: (one, all) =>
            some(
                ofKind(all, /^LogGroup$/).filter(({ name }) => name.startsWith(`${one.name}-log-`)),
                "log group of its own",
            ),
    },
    {
        why: "a load balancer is refused that may not write its access log yet",
        later: /^aws:lb\/loadBalancer:/,
        alone: true,
        earlier: ({ inputs }, all) =>
            (inputs.accessLogs as { enabled: boolean } | undefined)?.enabled ? logPolicy(all) : [],
    },
    {
        why: "S3 writes no log of access where it may not yet",
        later: /^aws:s3\/bucketLogging:/,
        alone: true,
        earlier: (_, all) => logPolicy(all),
    },
    {
        why: "CloudFront's log is refused where it may not be written yet",
        later: /^aws:cloudwatch\/logDelivery:/,
        // Its distribution comes after the load balancer, which comes after the policy.
        earlier: (_, all) => logPolicy(all),
    },
    {
        why: "S3 refuses two changes of a bucket's access at the same time",
        later: /^aws:s3\/bucketPolicy:/,
        alone: true,
        earlier: (one, all) => [
            ...some(sameOf(one, all, /^BucketPublicAccessBlock$/, "bucket"), "block of public access"),
            ...some(sameOf(one, all, /^BucketOwnershipControls$/, "bucket"), "ownership"),
        ],
    },
    {
        why: "what expires old versions is for a bucket of which it is known whether it has any",
        later: /^aws:s3\/bucketLifecycleConfiguration:/,
        alone: true,
        earlier: (one, all) => some(sameOf(one, all, /^BucketVersioning$/, "bucket"), "versioning"),
    },
    atOnce(
        /^aws:ecs\/service:/,
        "a replica starts at once, and is refused what its roles may not do yet, such as its secrets",
        /^TaskDefinition$/,
    ),
    {
        why: "ECS refuses a target group that no load balancer forwards to",
        later: /^aws:ecs\/service:/,
        alone: true,
        earlier: (one, all) =>
            madeOf(one, all, /^TargetGroup$/, ["loadBalancers"]).flatMap((target) =>
                some(dependentsOf([target], all, /^Listener(Rule)?$/), `rule for ${target.name}`),
            ),
    },
    {
        why: "ECS refuses a capacity that its cluster does not have yet",
        later: /^aws:ecs\/service:/,
        alone: true,
        earlier: (one, all) =>
            one.inputs.capacityProviderStrategies
                ? some(ofKind(all, /^ClusterCapacityProviders$/), "capacity of its cluster")
                : [],
    },
    atOnce(
        /^aws:sfn\/stateMachine:/,
        "Step Functions refuses a state machine whose role may not write its log, and a run starts what may do its work",
        /^TaskDefinition$/,
    ),
    {
        why: "CloudFront takes no load balancer for an origin that listens to nothing",
        later: /^aws:cloudfront\/vpcOrigin:/,
        alone: true,
        earlier: (one, all) => some(dependentsOf(madeOf(one, all, /^LoadBalancer$/), all, /^Listener$/), "listener"),
    },
    {
        why: "a function is called at once, and may not reach the user's secret yet",
        later: /^aws:lambda\/invocation:/,
        alone: true,
        earlier: (one, all) => {
            const others = (policy: Recorded) =>
                /-userPolicy-/.test(policy.name) && policy.name !== one.name.replace("userMade", "userPolicy");
            const policies = policiesOf(rolesOf(one, all, /^Function$/), all).filter((policy) => !others(policy));
            return policies.length > 2 ? policies : some([], "policy of each of its functions and of the secret");
        },
    },
    {
        why: "a user is made in a server that is there",
        later: /^aws:lambda\/invocation:/,
        earlier: (one, all) => {
            const clusters = madeOf(one, all, /^Cluster$/, ["input"]);
            const members = dependentsOf(clusters, all, /^ClusterInstance$/);
            if (!clusters.length) return inputsOf(/^Instance$/)(one, all);
            // The first that is there is the one that writes.
            const before = transitive(one, all);
            const waited = members.filter((member) => before.has(member));
            return some(waited.length ? waited : members, "server of its cluster");
        },
    },
    {
        why: "Lambda puts no function into a network whose role may not, and one that is called at once loses its log",
        later: /^aws:lambda\/function:/,
        alone: true,
        earlier: (one, all) =>
            some(
                // Of a user's secret it may know later: it is called after that.
                policiesOf(rolesOf(one, all, /^$/), all).filter(({ name }) => !/-userPolicy-/.test(name)),
                "policy of its role",
            ),
    },
    {
        why: "a machine starts at once, and is refused what its role may not do yet, such as its secrets",
        later: /^aws:autoscaling\/group:/,
        alone: true,
        earlier: (one, all) => {
            const profiles = madeOf(one, all, /^LaunchTemplate$/).flatMap((each) =>
                madeOf(each, all, /^InstanceProfile$/),
            );
            const roles = profiles.flatMap((profile) => madeOf(profile, all, /^Role$/));
            return some(policiesOf(roles, all), "policy of its role");
        },
    },
    {
        why: "machines wait for load balancers to find them well, which ask none that they do not forward to",
        later: /^aws:autoscaling\/group:/,
        alone: true,
        earlier: (one, all) =>
            madeOf(one, all, /^TargetGroup$/).flatMap((target) =>
                some(dependentsOf([target], all, /^Listener$/), `listener for ${target.name}`),
            ),
    },
    {
        why: "a network's way out starts at once, and needs its address to get what makes it one",
        later: /^aws:ec2\/instance:/,
        alone: true,
        earlier: (one, all) => {
            const addresses = dependentsOf(inputsOf(/^NetworkInterface$/)(one, all), all, /^Eip$/);
            const roles = madeOf(one, all, /^InstanceProfile$/).flatMap((profile) => madeOf(profile, all, /^Role$/));
            return [...some(addresses, "address"), ...some(policiesOf(roles, all), "policy of its role")];
        },
    },
    {
        why: "EC2 gives an address to a network that has a gateway to the internet, and takes none away from one that has",
        later: /^aws:ec2\/eip:/,
        alone: true,
        earlier: ({ name }, all) =>
            some(
                ofKind(all, /^InternetGateway$/).filter((one) => one.name === name.replace(/-nat[AG].*$/, "-gateway")),
                "gateway",
            ),
    },
    atOnce(/^aws:ec2\/flowLog:/, "EC2 says of flow logs whose role may not write that they failed, and tries no more"),
    atOnce(/^aws:kinesis\/firehoseDeliveryStream:/, "Firehose refuses a stream whose role may not write"),
    atOnce(
        /^aws:cloudwatch\/logSubscriptionFilter:/,
        "CloudWatch sends a line on trial, and refuses what it may not send",
    ),
    atOnce(/^aws:scheduler\/schedule:/, "a schedule starts what it may not start yet, and nobody is told"),
    atOnce(/^aws:rds\/(instance|clusterInstance):/, "RDS refuses a role that may not write what its machines do"),
    atOnce(/^aws:ssm\/association:/, "an association runs at once, and fails where its role may not start a job"),
    {
        why: "who is asked for before it is reached rings an alarm",
        later: /^aws:scheduler\/schedule:/,
        earlier: ({ name }, all) => {
            const [, entry] = /^(.*)-uptimeSchedule$/.exec(name) ?? [];
            if (entry === undefined) return [];
            const ways = all.filter(
                (one) =>
                    (/^aws:ecs\/service:/.test(one.type) && one.name === entry) ||
                    (/^aws:cloudfront\/distribution:/.test(one.type) && one.name === `${entry}-edge`) ||
                    (/^aws:lb\/listener:/.test(one.type) && one.name === `${entry}-listener`),
            );
            return some(ways, "entry");
        },
    },
    {
        why: "RDS sends a word on trial to a topic, and is refused where it may not yet",
        later: /^aws:rds\/eventSubscription:/,
        alone: true,
        earlier: (one, all) =>
            some(dependentsOf(madeOf(one, all, /^Topic$/), all, /^TopicPolicy$/), "policy of its topic"),
    },
];
