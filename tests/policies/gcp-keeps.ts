import { at, each, isSecret, isText, type Loose, type Made, type Rule } from "./rule";

const guarded = ({ profile }: Made) => profile !== "dev";

/** What keeps data. */
export const keeps: readonly Rule[] = [
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
        says: "is kept for 35 days, each day",
        of: ["gcp:firestore/backupSchedule:BackupSchedule"],
        holds: ({ retention, dailyRecurrence }) => retention === "3024000s" && dailyRecurrence !== undefined,
        spoil: (inputs: Loose) => void (inputs.retention = "86400s"),
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
