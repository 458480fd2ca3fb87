import { expect } from "chai";
import { account as program, type AccountSettings } from "../../stacks/account/account";
import { linkedRoles } from "../../stacks/account/linked-roles";
import { patterns } from "../../stacks/account/watches";
import { account, arn } from "./lens";
import { attached, managedPolicies } from "./managed-policies";
import { last, onAws, statements } from "./program";
import { hasTags, takesTags } from "./tags";

const settings: AccountSettings = {
    email: "ops@example.com",
    budget: 150,
    regions: ["eu-central-1", "us-east-1"],
    closeDefaultNetworks: false,
    deployers: [],
    objects: "write",
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

    /** What scanners look for, by the number in CIS's benchmark for AWS 7.0: all of these, in one filter. */
    const asked: Readonly<Record<string, string>> = {
        "5.4":
            "PutGroupPolicy PutRolePolicy PutUserPolicy DeleteGroupPolicy DeleteRolePolicy DeleteUserPolicy CreatePolicy DeletePolicy " +
            "CreatePolicyVersion DeletePolicyVersion AttachRolePolicy DetachRolePolicy AttachUserPolicy DetachUserPolicy AttachGroupPolicy DetachGroupPolicy",
        "5.5": "CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging",
        "5.7": "DisableKey ScheduleKeyDeletion",
        "5.8":
            "PutBucketAcl PutBucketPolicy PutBucketCors PutBucketLifecycle PutBucketReplication DeleteBucketPolicy DeleteBucketCors " +
            "DeleteBucketLifecycle DeleteBucketReplication",
        "5.9": "StopConfigurationRecorder DeleteDeliveryChannel PutDeliveryChannel PutConfigurationRecorder",
        "5.10":
            "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress RevokeSecurityGroupEgress " +
            "CreateSecurityGroup DeleteSecurityGroup",
        "5.11": "CreateNetworkAcl CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry ReplaceNetworkAclEntry ReplaceNetworkAclAssociation",
        "5.12": "CreateCustomerGateway DeleteCustomerGateway AttachInternetGateway CreateInternetGateway DeleteInternetGateway DetachInternetGateway",
        "5.13": "CreateRoute CreateRouteTable ReplaceRoute ReplaceRouteTableAssociation DeleteRouteTable DeleteRoute DisassociateRouteTable",
        "5.14":
            "CreateVpc DeleteVpc ModifyVpcAttribute AcceptVpcPeeringConnection CreateVpcPeeringConnection DeleteVpcPeeringConnection " +
            "RejectVpcPeeringConnection AttachClassicLinkVpc DetachClassicLinkVpc DisableVpcClassicLink EnableVpcClassicLink",
        "5.15":
            "AcceptHandshake AttachPolicy CancelHandshake CreateAccount CreateOrganization CreateOrganizationalUnit CreatePolicy " +
            "DeclineHandshake DeleteOrganization DeleteOrganizationalUnit DeletePolicy EnableAllFeatures EnablePolicyType " +
            "InviteAccountToOrganization LeaveOrganization DetachPolicy DisablePolicyType MoveAccount RemoveAccountFromOrganization " +
            "UpdateOrganizationalUnit UpdatePolicy",
    };
    it("writes of everything that the CIS benchmark names, in patterns that the API takes", async () => {
        const { inputs, names } = await made();
        const all = names("LogMetricFilter").map((name) => inputs("LogMetricFilter", name).pattern as string);
        for (const [number, events] of Object.entries(asked)) {
            const named = (pattern: string) =>
                events.split(" ").every((name) => pattern.includes(`($.eventName = ${name})`));
            expect(all.filter(named), number).to.have.length(1);
        }
        const longest = Object.values(patterns({ deployers: ["deploy-*", "release"] }));
        expect(Math.max(...[...all, ...longest].map(({ length }) => length))).to.be.most(1024);
    });

    it("writes nothing of what a deployment changes, by a role that is named, and still of what it never does", () => {
        const all = Object.values(patterns({ deployers: ["deploy-*", "release"] }));
        const but = (event: string) =>
            all
                .find((one) => one.includes(`= ${event})`))!
                .includes(
                    "&& (($.userIdentity.sessionContext.sessionIssuer.userName NOT EXISTS) || " +
                        '(($.userIdentity.sessionContext.sessionIssuer.userName != "deploy-*") && ' +
                        '($.userIdentity.sessionContext.sessionIssuer.userName != "release")))',
                );
        for (const event of ["PutRolePolicy", "PutBucketPolicy", "CreateSecurityGroup", "CreateRoute"])
            expect(but(event), event).to.equal(true);
        for (const event of ["StopLogging", "ScheduleKeyDeletion", "CreateUser"])
            expect(but(event), event).to.equal(false);
        expect(Object.values(patterns({ deployers: [] })).join()).to.not.include("sessionIssuer");
    });

    it("records what is written to objects, and what is read when asked, but not its own records and the access logs", async () => {
        const selectors = async (objects: AccountSettings["objects"]) =>
            (await made({ objects })).inputs("Trail", "trail").advancedEventSelectors as {
                fieldSelectors: { field: string; equals?: string[]; notStartsWiths?: string[] }[];
            }[];
        const [all, write] = await selectors("write");
        expect(all.fieldSelectors).to.deep.equal([{ field: "eventCategory", equals: ["Management"] }]);
        expect(write.fieldSelectors).to.deep.equal([
            { field: "eventCategory", equals: ["Data"] },
            { field: "resources.type", equals: ["AWS::S3::Object"] },
            { field: "resources.ARN", notStartsWiths: ["arn:aws:s3:::records/", "arn:aws:s3:::stack-access-logs-"] },
            { field: "readOnly", equals: ["false"] },
        ]);
        expect((await selectors("all"))[1].fieldSelectors).to.deep.equal(write.fieldSelectors.slice(0, -1));
        expect(await selectors("none")).to.deep.equal([all]);
    });

    it("tags all that it makes, wherever AWS takes tags", async () => {
        const { all } = await made({ closeDefaultNetworks: true });
        const tagged = all.filter(({ type }) => takesTags(type));
        const without = tagged.filter(({ inputs }) => !hasTags(inputs.tags));
        expect(without.map((one) => `${last(one)} ${one.name}`)).to.deep.equal([]);
        expect([...new Set(tagged.map(last))]).to.include.members([
            "Analyzer",
            "Budget",
            "DefaultNetworkAcl",
            "DefaultSecurityGroup",
            "Role",
            "ServiceLinkedRole",
            "Trail",
        ]);
    });

    it("has a role for who asks AWS for help, with a second factor", async () => {
        const { all, inputs } = await made();
        expect(attached(all)).to.deep.equal(["AWSSupportAccess"]);
        expect(managedPolicies).to.include.keys(attached(all));
        expect(inputs("RolePolicyAttachment", "support")).to.include({
            role: "support",
            policyArn: "arn:aws:iam::aws:policy/AWSSupportAccess",
        });
        const [may] = statements(inputs("Role", "support").assumeRolePolicy);
        expect(may.Principal).to.deep.equal({ AWS: `arn:aws:iam::${account}:root` });
        expect(may.Condition).to.deep.equal({ Bool: { "aws:MultiFactorAuthPresent": "true" } });
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
        expect(closed.inputs("DefaultNetworkAcl", "network-us-east-1"))
            .to.include({ defaultNetworkAclId: "acl-default" })
            .and.to.not.have.any.keys("ingress", "egress");
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
