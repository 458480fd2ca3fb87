import { appending } from "../../providers/gcp/grants";
import { at, each, isText, type Loose, type Rule } from "./rule";

const everybody = new Set(["allUsers", "allAuthenticatedUsers"]);

/** Each gives one right to one member. A new one is to be added here, so that it is looked at. */
const members = [
    "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember",
    "gcp:cloudrunv2/jobIamMember:JobIamMember",
    "gcp:cloudrunv2/serviceIamMember:ServiceIamMember",
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
    "gcp:logging/logViewIamMember:LogViewIamMember",
    "gcp:projects/iAMMember:IAMMember",
    "gcp:pubsub/topicIAMMember:TopicIAMMember",
    "gcp:secretmanager/secretIamMember:SecretIamMember",
    "gcp:serviceaccount/iAMMember:IAMMember",
    "gcp:storage/bucketIAMMember:BucketIAMMember",
];

/** Who may do what, who comes in, and who is told. */
export const rights: readonly Rule[] = [
    {
        says: "is for somebody, never for everybody",
        of: members,
        holds: ({ member }) => isText(member) && !everybody.has(member),
        spoil: (inputs: Loose) => void (inputs.member = "allUsers"),
    },
    {
        says: "is of a type of which the rule above asks whom it is for",
        of: /IAMMember$/i,
        holds: (_inputs, _made, type) => members.includes(type),
        spoil: (_inputs, copy) => void (copy.type = "gcp:compute/instanceIAMMember:InstanceIAMMember"),
    },
    never(
        "sets no whole policy: others' rights stay",
        /IAM(Policy|AuditConfig)$/i,
        "secretmanager/secretIamPolicy:SecretIamPolicy",
    ),
    never("sets not all members of a role: others stay in it", /IAMBinding$/i, "projects/iAMBinding:IAMBinding"),
    never("gives no right past IAM", /(ACL|AccessControl|DatasetAccess)$/i, "storage/bucketACL:BucketACL"),
    {
        says: "is for one resource, or only appends",
        of: ["gcp:projects/iAMMember:IAMMember"],
        holds: (inputs) => isText(at(inputs, "condition.expression")) || appending.has(String(inputs.role)),
        spoil: (inputs: Loose) => void Object.assign(inputs, { role: "roles/datastore.user", condition: undefined }),
    },
    {
        says: "tells somebody",
        of: ["gcp:monitoring/alertPolicy:AlertPolicy"],
        holds: (inputs) => inputs.enabled === true && each(inputs, "notificationChannels").length > 0,
        spoil: (inputs: Loose) => void (inputs.notificationChannels = []),
    },
    {
        says: "asks over TLS, and looks at the certificate",
        of: ["gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig"],
        holds: (inputs) => at(inputs, "httpCheck.useSsl") === true && at(inputs, "httpCheck.validateSsl") === true,
        spoil: (inputs: Loose) => void (inputs.httpCheck.validateSsl = false),
    },
    {
        says: "writes down each request",
        of: ["gcp:compute/backendService:BackendService"],
        holds: (inputs) => at(inputs, "logConfig.enable") === true,
        spoil: (inputs: Loose) => void (inputs.logConfig = undefined),
    },
    {
        says: "speaks modern TLS only",
        of: ["gcp:compute/targetHttpsProxy:TargetHttpsProxy"],
        holds: ({ sslPolicy, certificateMap }) => isText(sslPolicy) && isText(certificateMap),
        spoil: (inputs: Loose) => void delete inputs.sslPolicy,
    },
    {
        says: "has bounds, from one machine on",
        of: ["gcp:compute/regionAutoscaler:RegionAutoscaler"],
        holds: (inputs) => {
            const [least, most] = ["minReplicas", "maxReplicas"].map((bound) =>
                Number(at(inputs, `autoscalingPolicy.${bound}`)),
            );
            return least >= 1 && most >= least && most <= 1000;
        },
        spoil: (inputs: Loose) => void delete inputs.autoscalingPolicy.maxReplicas,
    },
    {
        says: "replaces what is not well",
        of: ["gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager"],
        holds: (inputs) => isText(at(inputs, "autoHealingPolicies.healthCheck")),
        spoil: (inputs: Loose) => void delete inputs.autoHealingPolicies,
    },
];

/** Holds for all types but some, of which one stands for what must be found. */
function never(says: string, types: RegExp, one: string): Rule {
    return {
        says,
        of: /^gcp:/,
        holds: (_inputs, _made, type) => !types.test(type),
        spoil: (_inputs, copy) => void (copy.type = `gcp:${one}`),
    };
}
