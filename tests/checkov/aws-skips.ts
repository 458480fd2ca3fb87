import type { ProfileName } from "../../components";
import type { Skip } from "./scanned";

const cheap: readonly ProfileName[] = ["dev", "small"];
const accessLogs = /^aws_s3_bucket\.stack_access_logs$/;
const edge = /^aws_cloudfront_distribution\./;
const behindEdge = /^(aws_lb|aws_lb_listener|aws_vpc_security_group_ingress_rule)\.stack_balancer/;
const functions = /^aws_lambda_function\.\w+_(settle|keep|uptime)$/;

export const skips: readonly Skip[] = [
    // What a profile chooses: all is secure, but not all is redundant, or kept for long.
    { check: "CKV_AWS_338", profiles: cheap, because: "lines are kept a year at prod; 30 days at dev, 90 at small" },
    { check: "CKV_AWS_293", profiles: ["dev"], because: "what is at dev may be deleted" },
    { check: "CKV_AWS_139", profiles: ["dev"], because: "what is at dev may be deleted" },
    { check: "CKV_AWS_150", profiles: ["dev"], because: "what is at dev may be deleted" },
    { check: "CKV_AWS_157", profiles: cheap, because: "a second server in another zone doubles the price: at prod" },
    { check: "CKV2_AWS_50", profiles: cheap, because: "a second server in another zone doubles the price: at prod" },
    {
        check: "CKV_AWS_118",
        profiles: cheap,
        because: "its lines cost more than a server of this size is worth: at prod",
    },
    {
        check: "CKV_AWS_65",
        profiles: cheap,
        because:
            "its metrics of each task cost as much as the tasks: at prod; ECS's own are free, and alarms watch them",
    },
    {
        check: "CKV_AWS_126",
        on: /natMachine$/,
        profiles: cheap,
        because: "numbers by the minute cost two thirds of what the machine costs: at prod; every five minutes below",
    },
    { check: "CKV2_AWS_11", profiles: ["dev"], because: "flow logs cost by traffic: from small on" },
    { check: "CKV_AWS_333", profiles: ["dev"], because: "without a gateway; its security group lets nobody in" },

    // What a program asked for by an argument.
    { check: "CKV_AWS_338", program: /prod\/log-full/, because: "`retention: 14` asks for it" },
    { check: "CKV_AWS_338", on: /\.book$/, program: /prod\/everything/, because: "`retention: 14` asks for it" },
    { check: "CKV_AWS_28", program: /kv-full/, because: "`pointInTime: false` asks for it" },
    { check: "CKV_AWS_21", on: /\.archive$/, program: /everything/, because: "`versioned: false` asks for it" },
    { check: "CKV_AWS_150", on: /\.front(_tcp)?$/, program: /everything/, because: "`protect: false` asks for it" },
    { check: "CKV_AWS_293", program: /(small|prod)\/everything/, because: "`protect: false` asks for it" },

    // Databases.
    { check: "CKV2_AWS_8", because: "Aurora keeps its own backups, to any second, and a last one" },
    {
        check: "CKV_AWS_116",
        on: functions,
        because: "a deployment that calls it fails with it; the next minute asks again",
    },
    { check: "CKV_AWS_115", on: functions, because: "a new account has no concurrency that it could set aside" },
    { check: "CKV_AWS_272", on: functions, because: "whoever may deploy it may sign it: a signature says no more" },
    {
        check: "CKV_AWS_117",
        on: /_(keep|uptime)$/,
        because: "it must reach AWS's APIs or the internet, and not the network; the other one is in it",
    },
    {
        check: "CKV2_AWS_57",
        because: "a value that apps are started with cannot change under them; RDS changes the administrator's itself",
    },

    // Buckets.
    { check: "CKV_AWS_144", because: "a copy in another region is another app's matter, and doubles the price" },
    { check: "CKV2_AWS_62", because: "nobody listens" },
    { check: "CKV_AWS_18", on: accessLogs, because: "it would write about its own writing" },
    { check: "CKV_AWS_21", on: accessLogs, because: "AWS writes each log once, under a name of its own" },
    { check: "CKV_AWS_145", on: accessLogs, because: "load balancers write to no bucket with a key of one's own" },
    {
        check: "CKV_AWS_241",
        because: "what is on its way for a minute is encrypted by AWS's key; where it goes, by ours",
    },

    // The network.
    { check: "CKV2_AWS_19", on: /natAddress/, because: "it belongs to the network card of the NAT machine" },
    {
        check: "CKV2_AWS_5",
        on: /^aws_security_group\.(tried|guestbook_nightly|nightly|migrate)_group$/,
        because: "a task's network is named within a state machine",
    },

    // The stack for an account.
    {
        check: "CKV_AWS_252",
        because: "it would write at each file, which is every few minutes; alarms write at what is dangerous",
    },

    {
        check: "CKV_AWS_61",
        on: /^aws_iam_role\.support$/,
        because: "which people take it is said by their own policies; it opens support cases, with a second factor",
    },

    // Without a domain there is no certificate: TLS ends at CloudFront, and goes on within AWS's own network.
    { check: "CKV2_AWS_42", on: edge, because: "there is no domain" },
    { check: "CKV_AWS_174", on: edge, because: "with CloudFront's own certificate, it has no choice of versions" },
    { check: "CKV_AWS_2", on: behindEdge, because: "only CloudFront reaches it, privately" },
    { check: "CKV_AWS_103", on: behindEdge, because: "only CloudFront reaches it, privately" },
    { check: "CKV2_AWS_20", on: behindEdge, because: "CloudFront redirects" },
    { check: "CKV_AWS_260", on: behindEdge, because: "it has private addresses only, which CloudFront reaches" },
    {
        check: "CKV_AWS_260",
        on: /^aws_vpc_security_group_ingress_rule\.front_from_80_1$/,
        because: "what comes in at port 80 is redirected to HTTPS",
    },
    { check: "CKV_AWS_378", because: "from the balancer to a task in the same network" },
    {
        check: "CKV_AWS_86",
        on: edge,
        because: "version 2 of its logs (aws_cloudwatch_log_delivery_source); version 1 needs a bucket with ACLs",
    },
    { check: "CKV_AWS_310", on: edge, because: "there is one origin, in several zones" },
    { check: "CKV_AWS_374", on: edge, because: "an app is for the whole world" },
    { check: "CKV_AWS_305", on: edge, because: "the app answers at /" },
    { check: "CKV_AWS_68", on: edge, because: "a firewall is an option: `waf: true`" },
    { check: "CKV2_AWS_47", on: edge, because: "a firewall is an option: `waf: true`" },
    {
        check: "CKV_AWS_91",
        on: /^aws_lb\.(tried_tcp|tried_front|front_tcp|machines_front)$/,
        because: "a network balancer logs TLS only, and passes on TCP",
    },
];
