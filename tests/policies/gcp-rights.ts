import { appending } from "../../providers/gcp/grants";
import { at, each, isText, type Loose, type Rule } from "./rule";

const everybody = new Set(["allUsers", "allAuthenticatedUsers"]);

/** Who may do what, who comes in, and who is told. */
export const rights: readonly Rule[] = [
    {
        says: "is for somebody, never for everybody",
        of: [
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
        ],
        holds: ({ member }) => isText(member) && !everybody.has(member),
        spoil: (inputs: Loose) => void (inputs.member = "allUsers"),
    },
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
