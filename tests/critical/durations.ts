/**
 * How long the clouds take to make things, typically: seconds, and where that is from. A source is an address that anybody
 * can open; what has none is an estimate: after logs of `terraform apply`, whose resource is made by the same API and the same
 * provider that Pulumi's is made of, the middle one where there were several, but no address of any was kept.
 */

export interface Duration {
    readonly seconds: number;
    readonly source: string;
}

const log = (seconds: number, said: string): Duration => ({ seconds, source: `estimate, after "${said}"` });

/** What is not here takes `others`. */
export const durations: Readonly<Record<string, Duration>> = {
    "aws:rds/instance:Instance": log(296, "aws_db_instance.default: Creation complete after 4m56s"),
    "aws:cloudfront/distribution:Distribution": log(
        180,
        "aws_cloudfront_distribution.main: Creation complete after 3m0s",
    ),
    "aws:cloudfront/vpcOrigin:VpcOrigin": {
        // The most that it may be: see `halved`.
        seconds: 900,
        source: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html: up to 15 minutes",
    },
    "aws:lb/loadBalancer:LoadBalancer": log(148, "aws_lb.main: Creation complete after 2m28s"),
    "aws:ec2/natGateway:NatGateway": log(96, "aws_nat_gateway.main: Creation complete after 1m36s"),
    "aws:ec2/vpc:Vpc": log(3, "aws_vpc.main: Creation complete after 3s"),
    "aws:ec2/subnet:Subnet": log(12, "aws_subnet.prod-subnet-public-1: Creation complete after 12s"),
    "aws:ecs/cluster:Cluster": log(10, "aws_ecs_cluster.main: Creation complete after 10s"),
    "aws:ecs/service:Service": log(75, "aws_ecs_service.main: Creation complete after 1m15s"),
    "gcp:projects/service:Service": log(38, "google_project_service.run: Creation complete after 38s"),
    "gcp:sql/databaseInstance:DatabaseInstance": {
        seconds: 671,
        source: 'https://github.com/turbot/steampipe-plugin-gcp/pull/161: "Creation complete after 11m11s"',
    },
    "gcp:compute/network:Network": log(22, "google_compute_network.vpc: Creation complete after 22s"),
    "gcp:compute/subnetwork:Subnetwork": log(23, "google_compute_subnetwork.subnet: Creation complete after 23s"),
    "gcp:compute/firewall:Firewall": log(12, "google_compute_firewall.rules: Creation complete after 12s"),
    "gcp:compute/router:Router": log(12, "google_compute_router.router: Creation complete after 12s"),
    "gcp:compute/routerNat:RouterNat": log(12, "google_compute_router_nat.nat: Creation complete after 12s"),
    "gcp:compute/forwardingRule:ForwardingRule": log(
        13,
        "google_compute_global_forwarding_rule.https: Creation complete after 13s",
    ),
    "gcp:projects/iAMMember:IAMMember": log(10, "google_project_iam_member.project: Creation complete after 10s"),
    "gcp:cloudrunv2/service:Service": log(16, "google_cloud_run_service.my-service: Creation complete after 16s"),
    "gcp:cloudrunv2/workerPool:WorkerPool": { seconds: 16, source: "estimate, as a service of Cloud Run" },
    "gcp:cloudrunv2/job:Job": {
        seconds: 32,
        source: "estimate, as a service of Cloud Run, and once more for its run where it runs when it is made",
    },
    "docker-build:index:Image": { seconds: 60, source: "estimate: it is the app's own matter" },
};

/** IAM, records, policies, keys: "Creation complete after 1s" is what nearly all logs say of them. */
export const others: Duration = { seconds: 1, source: 'estimate, after "Creation complete after 1s"' };

/** What is known by its maximum only: how much else hangs on it is seen with the half of it. */
export const maxima: readonly string[] = ["aws:cloudfront/vpcOrigin:VpcOrigin"];

/** Of each type, in seconds. */
export type Seconds = (type: string) => number;

export const secondsOf: Seconds = (type) => (durations[type] ?? others).seconds;

/** With half of each maximum. */
export const halved: Seconds = (type) => secondsOf(type) / (maxima.includes(type) ? 2 : 1);

/** How many of them have an address, and how many are estimates. */
export function sources(types: readonly string[]): { address: number; estimate: number } {
    const all = [...new Set(types)].map((type) => (durations[type] ?? others).source);
    const estimate = all.filter((source) => source.startsWith("estimate")).length;
    return { address: all.length - estimate, estimate };
}
