import { expect } from "chai";
import { account as program } from "../../stacks/account/account";
import { linkedRoles } from "../../stacks/account/linked-roles";
import { account, arn } from "./lens";
import { onAws, statements } from "./program";

const settings = {
    email: "ops@example.com",
    budget: 150,
    regions: ["eu-central-1", "us-east-1"],
    closeDefaultNetworks: false,
};
const prod = { "mvi:profile": "prod" };

/** IAM as it is in a new account but for one role, which AWS has made, and one that an earlier run has. */
const roles = (token: string, { name }: Record<string, unknown>) => {
    if (token !== "getRole") return {};
    if (name === "AWSServiceRoleForRDS") return { tags: {} };
    if (name === "AWSServiceRoleForECS") return { tags: { "mvi:app": "project" } };
    throw failure(`reading IAM Role (${String(name)}): couldn't find resource`);
};

/** An error as the engine passes it on. */
const failure = (details: string) => Object.assign(new Error(details), { details });
const made = (more: Partial<typeof settings> = {}) => onAws(() => program({ ...settings, ...more }), prod, roles);

describe("The stack for an account", () => {
    it("records what is done in all regions: encrypted, validated, in a bucket that only this trail fills", async () => {
        const { inputs } = await made();
        expect(inputs("Trail", "trail")).to.deep.include({
            name: "project-stack",
            s3BucketName: "records",
            isMultiRegionTrail: true,
            includeGlobalServiceEvents: true,
            enableLogging: true,
            enableLogFileValidation: true,
            kmsKeyId: arn("kms", "key/records-key-id"),
            cloudWatchLogsGroupArn: `${arn("logs", "log-group:trail")}:*`,
        });
        const condition = { StringEquals: { "aws:SourceArn": arn("cloudtrail", "trail/project-stack") } };
        const policy = statements(inputs("BucketPolicy", "records-policy").policy);
        expect(policy.find(({ Sid }) => Sid === "TrailWrites")).to.deep.include({
            Principal: { Service: "cloudtrail.amazonaws.com" },
            Resource: `arn:aws:s3:::records/AWSLogs/${account}/*`,
            Condition: condition,
        });
        expect(policy.map(({ Sid }) => Sid)).to.include.members(["OnlyTls", "OnlyNewTls"]);
        const uses = statements(inputs("Key", "records-key").policy);
        expect(uses.find(({ Sid }) => Sid === "Trail")).to.deep.include({ Condition: condition });
        expect(uses.map(({ Sid }) => Sid)).to.include.members(["Account", "Logs"]);
        expect(inputs("BucketLogging", "records-logging").targetBucket).to.equal("stack-access-logs");
        expect(statements(inputs("RolePolicy", "trail").policy)[0].Resource).to.equal(
            `${arn("logs", "log-group:trail")}:*`,
        );
    });

    it("writes when something dangerous is done, and pays for no metric of what is not", async () => {
        const { inputs, names } = await made();
        expect(inputs("LogMetricFilter", "trail-filter-root")).to.deep.include({
            pattern:
                '{ ($.userIdentity.type = "Root") && ($.userIdentity.invokedBy NOT EXISTS) && ($.eventType != "AwsServiceEvent") }',
            metricTransformation: { name: "watch-root", namespace: "project/stack", value: "1" },
        });
        expect(inputs("MetricAlarm", "watch-root-alarm-seen")).to.include({
            threshold: 0,
            period: 300,
            metricName: "watch-root",
        });
        expect(names("MetricAlarm")).to.have.length(names("LogMetricFilter").length).and.length.above(9);
        expect(inputs("TopicSubscription", `${names("Topic")[0]}-mail-1`).endpoint).to.equal("ops@example.com");
    });

    it("closes what the account leaves open, in each region, and the default networks when asked", async () => {
        const { inputs, names } = await made();
        for (const region of settings.regions) {
            expect(inputs("EncryptionByDefault", `disks-${region}`)).to.deep.equal({ enabled: true, region });
            expect(inputs("SnapshotBlockPublicAccess", `snapshots-${region}`).state).to.equal("block-all-sharing");
            expect(inputs("ImageBlockPublicAccess", `images-${region}`).state).to.equal("block-new-sharing");
            expect(inputs("InstanceMetadataDefaults", `metadata-${region}`).httpTokens).to.equal("required");
            expect(inputs("SerialConsoleAccess", `console-${region}`).enabled).to.equal(false);
            expect(inputs("Analyzer", `analyzer-${region}`).type).to.equal("ACCOUNT");
        }
        expect(inputs("AccountPublicAccessBlock", "buckets")).to.deep.equal({
            blockPublicAcls: true,
            blockPublicPolicy: true,
            ignorePublicAcls: true,
            restrictPublicBuckets: true,
        });
        expect(inputs("AccountPasswordPolicy", "passwords").minimumPasswordLength).to.equal(14);
        expect(names("DefaultSecurityGroup")).to.deep.equal([]);
        const closed = await made({ closeDefaultNetworks: true });
        expect(closed.inputs("DefaultSecurityGroup", "network-us-east-1")).to.deep.include({ ingress: [], egress: [] });
    });

    it("tells when a month becomes dear, before it is", async () => {
        const { inputs } = await made();
        const month = inputs("Budget", "month") as { limitAmount: string; notifications: Record<string, unknown>[] };
        expect(month).to.deep.include({
            budgetType: "COST",
            timeUnit: "MONTHLY",
            limitAmount: "150",
            limitUnit: "USD",
        });
        expect(
            month.notifications.map(({ threshold, notificationType }) => [threshold, notificationType]),
        ).to.deep.equal([
            [80, "ACTUAL"],
            [100, "ACTUAL"],
            [100, "FORECASTED"],
        ]);
        for (const { subscriberEmailAddresses } of month.notifications)
            expect(subscriberEmailAddresses).to.deep.equal(["ops@example.com"]);
    });

    it("makes the roles of AWS's services which are not there, and keeps those that it has made", async () => {
        const { names } = await made();
        expect(names("ServiceLinkedRole")).to.have.members([
            "AWSServiceRoleForECS",
            "AWSServiceRoleForApplicationAutoScaling_ECSService",
            "AWSServiceRoleForAutoScaling",
            "AWSServiceRoleForElasticLoadBalancing",
            "AWSServiceRoleForElastiCache",
        ]);
        const refused = () => {
            throw failure("AccessDenied: iam:GetRole");
        };
        const failed = onAws(
            () => linkedRoles(),
            prod,
            (token) => (token === "getRole" ? refused() : {}),
        );
        expect(await failed.catch(String)).to.match(/AccessDenied/);
    });
});
