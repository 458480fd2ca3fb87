import type { Cloud } from "../../components/cloud";
import { blob } from "./blob";
import { container } from "./container";
import { database } from "./database";
import { shown } from "./dashboard";
import { image } from "./image";
import { job } from "./job";
import { key } from "./key";
import { kv } from "./kv";
import { lacks } from "./lacks";
import { loadBalancer } from "./load-balancer";
import { log } from "./log";
import { metric } from "./metric";
import { network } from "./network";
import { secret } from "./secret";
import type { AwsChildren } from "./types";
import { vm } from "./vm";

/** The keys of {@link AwsChildren}: what is not there does not compile. */
const children: Cloud["children"] & { readonly [S in keyof AwsChildren]: readonly (keyof AwsChildren[S])[] } = {
    blob: ["bucket", "publicAccess", "ownership", "encryption", "versioning", "lifecycle", "policy", "cors", "logging"],
    container: [],
    database: [
        "suffix",
        "subnets",
        "parameters",
        "clusterParameters",
        "group",
        "log",
        "monitorRole",
        "monitorRoleManaged",
        "instance",
        "cluster",
        "member",
        "cache",
        "cacheSubnets",
        "cacheParameters",
        "user",
        "users",
        "password",
        "userSecret",
        "userSecretVersion",
        "userPolicy",
        "userMade",
        "settleGroup",
        "connectOut",
        "connectIn",
        "settle",
        "settleLog",
        "settleRole",
        "settleRoleManaged",
        "settleRolePolicy",
        "keep",
        "keepLog",
        "keepRole",
        "keepRolePolicy",
    ],
    image: ["repository", "lifecycle", "build"],
    job: [],
    key: ["key", "imported", "alias"],
    kv: ["table"],
    loadBalancer: [],
    log: [
        "group",
        "filter",
        "delivery",
        "deliveryRole",
        "deliveryRolePolicy",
        "subscription",
        "subscriptionRole",
        "subscriptionRolePolicy",
    ],
    metric: ["alarm"],
    network: [
        "vpc",
        "defaultGroup",
        "gateway",
        "internetRoute",
        "publicRoutes",
        "privateRoutes",
        "dataRoutes",
        "publicSubnet",
        "privateSubnet",
        "dataSubnet",
        "publicAssociation",
        "privateAssociation",
        "dataAssociation",
        "gatewayEndpoint",
        "endpoint",
        "endpointGroup",
        "endpointRule",
        "outRoute",
        "natAddress",
        "natGateway",
        "natGroup",
        "natRuleIn",
        "natRuleOut",
        "natRole",
        "natRoleManaged",
        "natProfile",
        "natCard",
        "natMachine",
        "flowLogs",
        "flowLogsRole",
        "flowLogsRolePolicy",
        "flowLog",
    ],
    secret: ["secret", "version", "generated"],
    vm: [],
};

/** Amazon Web Services, through Pulumi's own provider for it. */
export const cloud: Cloud = {
    name: "aws",
    drivers: shown({ blob, container, database, image, job, key, kv, loadBalancer, log, metric, network, secret, vm }),
    lacks,
    children,
};
