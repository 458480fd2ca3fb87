import { appending } from "../../providers/gcp/grants";
import { at, each, type Inputs, isSecret, isText, type Loose, type Made, type Rule } from "./rule";

const service = "gcp:cloudrunv2/service:Service";
const worker = "gcp:cloudrunv2/workerPool:WorkerPool";
const job = "gcp:cloudrunv2/job:Job";
const running = [service, worker, job];

/** What an instance is made from: a job has it one level deeper. */
const templateOf = (inputs: Inputs) => (at(inputs, "template.template") ?? inputs.template) as Inputs;
const containersOf = (inputs: Inputs) => each(templateOf(inputs), "containers");
const internet = "INGRESS_TRAFFIC_ALL";
const everybody = new Set(["allUsers", "allAuthenticatedUsers"]);
const guarded = ({ profile }: Made) => profile !== "dev";

/** Cloud Run. */
const runs: readonly Rule[] = [
    {
        says: "runs as an account of the program's own, which nothing else runs as",
        of: running,
        holds(inputs, { all }) {
            const account = templateOf(inputs).serviceAccount;
            const same = all.filter(
                ({ type, inputs: other }) => running.includes(type) && templateOf(other).serviceAccount === account,
            );
            return isText(account) && !account.includes("-compute@developer") && same.length === 1;
        },
        spoil: (inputs) => void delete (templateOf(inputs as Inputs) as Loose).serviceAccount,
    },
    {
        says: "runs an image by its digest",
        of: running,
        holds: (inputs) => containersOf(inputs).every(({ image }) => /@sha256:[0-9a-f]{64}$/.test(String(image))),
        spoil: (inputs) => void ((containersOf(inputs as Inputs)[0] as Loose).image = "docker.io/library/node:22"),
    },
    {
        says: "has no secret among its plain variables, and none in its command",
        of: running,
        holds: (inputs) =>
            containersOf(inputs).every(
                ({ envs, args, commands }) =>
                    !isSecret(envs) &&
                    ![args, commands].some(
                        (words) => isSecret(words) || (words as unknown[] | undefined)?.some(isSecret),
                    ) &&
                    each({ envs }, "envs").every((variable) => !isSecret(variable) && !isSecret(variable.value)),
            ),
        spoil: (inputs) =>
            void (containersOf(inputs as Inputs)[0] as Loose).envs.push({ name: "A", value: { secret: "b" } }),
    },
    {
        says: "is encrypted with a key of one's own",
        of: running,
        holds: (inputs) => isText(templateOf(inputs).encryptionKey),
        spoil: (inputs) => void delete (templateOf(inputs as Inputs) as Loose).encryptionKey,
    },
    {
        says: "goes out through the network",
        of: running,
        holds: (inputs) =>
            isText(at(templateOf(inputs), "vpcAccess.egress")) &&
            each(templateOf(inputs), "vpcAccess.networkInterfaces").some(({ subnetwork }) => isText(subnetwork)),
        spoil: (inputs) => void delete (templateOf(inputs as Inputs) as Loose).vpcAccess,
    },
    {
        says: "is of the second generation, which is a whole Linux",
        of: [service, job],
        holds: (inputs) => templateOf(inputs).executionEnvironment === "EXECUTION_ENVIRONMENT_GEN2",
        spoil: (inputs) => void delete (templateOf(inputs as Inputs) as Loose).executionEnvironment,
    },
    {
        says: "says how much CPU and memory it has",
        of: running,
        holds: (inputs) =>
            containersOf(inputs).every((one) =>
                [at(one, "resources.limits.cpu"), at(one, "resources.limits.memory")].every(isText),
            ),
        spoil: (inputs) => void delete (containersOf(inputs as Inputs)[0] as Loose).resources.limits.memory,
    },
    {
        says: "goes with its stack: whoever is to stay keeps its data elsewhere",
        of: running,
        holds: ({ deletionProtection, deletionPolicy }) => deletionProtection === false && deletionPolicy === "DELETE",
        spoil: (inputs: Loose) => void delete inputs.deletionProtection,
    },
    {
        says: "is open to the internet only where it is public, and then asks for no rights of Google's",
        of: [service],
        holds: ({ ingress, invokerIamDisabled }) =>
            isText(ingress) && (ingress !== internet || invokerIamDisabled === true),
        spoil: (inputs: Loose) => void Object.assign(inputs, { ingress: internet, invokerIamDisabled: false }),
    },
    {
        says: "asks who comes, unless it is public",
        of: [service],
        holds: ({ ingress, invokerIamDisabled }) =>
            invokerIamDisabled !== true || ingress !== "INGRESS_TRAFFIC_INTERNAL_ONLY",
        spoil: (inputs: Loose) =>
            void Object.assign(inputs, { ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY", invokerIamDisabled: true }),
    },
    {
        says: "is asked whether it has started",
        of: [service],
        holds: (inputs) => Boolean(at(containersOf(inputs)[0], "startupProbe.failureThreshold")),
        spoil: (inputs) => void delete (containersOf(inputs as Inputs)[0] as Loose).startupProbe,
    },
    {
        says: "has a bound: how many instances there are at most",
        of: [service],
        holds: (inputs) => Number(at(inputs, "template.scaling.maxInstanceCount")) <= 1000,
        spoil: (inputs: Loose) => void delete inputs.template.scaling.maxInstanceCount,
    },
    {
        says: "ends after a time, and is tried again so often only",
        of: [job],
        holds: (inputs) => isText(templateOf(inputs).timeout) && Number(templateOf(inputs).maxRetries) <= 10,
        spoil: (inputs) => void delete (templateOf(inputs as Inputs) as Loose).timeout,
    },
    {
        says: "calls as an account of the program's own, over TLS",
        of: ["gcp:cloudscheduler/job:Job"],
        holds: (inputs) =>
            [at(inputs, "httpTarget.oauthToken"), at(inputs, "httpTarget.oidcToken")].some((token) =>
                isText(at(token, "serviceAccountEmail")),
            ) && String(at(inputs, "httpTarget.uri")).startsWith("https://"),
        spoil: (inputs: Loose) => void delete inputs.httpTarget.oauthToken,
    },
    {
        says: "runs as an account of the program's own, under its key",
        of: ["gcp:workflows/workflow:Workflow"],
        holds: ({ serviceAccount, cryptoKeyName }) => isText(serviceAccount) && isText(cryptoKeyName),
        spoil: (inputs: Loose) => void delete inputs.cryptoKeyName,
    },
];

/** What keeps data. */
const keeps: readonly Rule[] = [
    {
        says: "is a database of its own, and not the project's one",
        of: ["gcp:firestore/database:Database"],
        holds: ({ name, type }) => name !== "(default)" && type === "FIRESTORE_NATIVE",
        spoil: (inputs: Loose) => void (inputs.name = "(default)"),
    },
    {
        says: "can be had as it was at any minute of the last days",
        of: ["gcp:firestore/database:Database"],
        holds: (inputs) => inputs.pointInTimeRecoveryEnablement === "POINT_IN_TIME_RECOVERY_ENABLED",
        spoil: (inputs: Loose) => void delete inputs.pointInTimeRecoveryEnablement,
    },
    {
        says: "refuses its deletion, but at dev; and is not left behind",
        of: ["gcp:firestore/database:Database"],
        holds: ({ deleteProtectionState, deletionPolicy }, made) =>
            deleteProtectionState === `DELETE_PROTECTION_${guarded(made) ? "ENABLED" : "DISABLED"}` &&
            deletionPolicy === "DELETE",
        spoil: (inputs: Loose) => void (inputs.deletionPolicy = "ABANDON"),
    },
    {
        says: "is in its region only, under a key of one's own",
        of: ["gcp:secretmanager/secret:Secret"],
        holds: (inputs) => {
            const replicas = each(inputs, "replication.userManaged.replicas");
            return (
                replicas.length > 0 && replicas.every((one) => isText(at(one, "customerManagedEncryption.kmsKeyName")))
            );
        },
        spoil: (inputs: Loose) => void (inputs.replication = { auto: {} }),
    },
    {
        says: "says whether it may be deleted",
        of: ["gcp:secretmanager/secret:Secret"],
        holds: ({ deletionProtection, deletionPolicy }) =>
            typeof deletionProtection === "boolean" && deletionPolicy === (deletionProtection ? "PREVENT" : "DELETE"),
        spoil: (inputs: Loose) => void delete inputs.deletionProtection,
    },
    {
        says: "is hidden in the state",
        of: ["gcp:secretmanager/secretVersion:SecretVersion"],
        holds: ({ secretData, secretDataWo }) => isSecret(secretData) || isSecret(secretDataWo),
        spoil: (inputs: Loose) => void (inputs.secretData = "open"),
    },
    {
        says: "is read, and no more",
        of: ["gcp:secretmanager/secretIamMember:SecretIamMember"],
        holds: ({ role }) =>
            ["roles/secretmanager.secretAccessor", "roles/secretmanager.secretVersionManager"].includes(String(role)),
        spoil: (inputs: Loose) => void (inputs.role = "roles/secretmanager.admin"),
    },
    {
        says: "keeps its lines as long as the profile says: 30 days, 90 or a year",
        of: ["gcp:logging/projectBucketConfig:ProjectBucketConfig"],
        holds: ({ retentionDays }, { profile }) => Number(retentionDays) >= { dev: 30, small: 90, prod: 365 }[profile],
        spoil: (inputs: Loose) => void (inputs.retentionDays = 7),
    },
    {
        says: "is encrypted with a key of one's own, and locked by nobody for ever",
        of: ["gcp:logging/projectBucketConfig:ProjectBucketConfig"],
        holds: (inputs) => isText(at(inputs, "cmekSettings.kmsKeyName")) && inputs.locked !== true,
        spoil: (inputs: Loose) => void delete inputs.cmekSettings,
    },
    {
        says: "writes as an account of its own",
        of: ["gcp:logging/projectSink:ProjectSink"],
        holds: ({ uniqueWriterIdentity, filter }) => uniqueWriterIdentity === true && isText(filter),
        spoil: (inputs: Loose) => void delete inputs.uniqueWriterIdentity,
    },
    {
        says: "wants a token, over TLS, and is encrypted with a key of one's own",
        of: ["gcp:memorystore/instance:Instance"],
        holds: ({ authorizationMode, transitEncryptionMode, kmsKey }) =>
            authorizationMode === "TOKEN_AUTH" && transitEncryptionMode === "SERVER_AUTHENTICATION" && isText(kmsKey),
        spoil: (inputs: Loose) => void (inputs.authorizationMode = "AUTH_DISABLED"),
    },
    {
        says: "has backups, and refuses its deletion, but at dev",
        of: ["gcp:memorystore/instance:Instance"],
        holds: (inputs, made) =>
            isText(at(inputs, "automatedBackupConfig.retention")) && inputs.deletionProtectionEnabled === guarded(made),
        spoil: (inputs: Loose) => void delete inputs.automatedBackupConfig,
    },
];

/** Who may do what, who comes in, and who is told. */
const rights: readonly Rule[] = [
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

export const gcpRules: readonly Rule[] = [...runs, ...keeps, ...rights];
