/** Defaults of the account, by which a mistake is not at once a leak. They cost nothing. */

import * as accessanalyzer from "@pulumi/aws/accessanalyzer";
import * as ebs from "@pulumi/aws/ebs";
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as s3 from "@pulumi/aws/s3";
import type { AccountSettings } from "./account";
import { tags } from "./tags";

export function guards({ regions, closeDefaultNetworks }: AccountSettings): void {
    // No bucket of the account can be made public, whatever its own settings say.
    new s3.AccountPublicAccessBlock("buckets", {
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
    });
    // For people with a password: better have none, and come by IAM Identity Center.
    new iam.AccountPasswordPolicy("passwords", {
        minimumPasswordLength: 14,
        requireLowercaseCharacters: true,
        requireUppercaseCharacters: true,
        requireNumbers: true,
        requireSymbols: true,
        passwordReusePrevention: 24,
        maxPasswordAge: 90,
        allowUsersToChangePassword: true,
    });
    for (const region of regions) regional(region, closeDefaultNetworks);
}

/** What AWS keeps for each region by itself. */
function regional(region: string, closeDefaultNetworks: boolean): void {
    new ebs.EncryptionByDefault(`disks-${region}`, { region, enabled: true });
    new ebs.SnapshotBlockPublicAccess(`snapshots-${region}`, { region, state: "block-all-sharing" });
    new ec2.ImageBlockPublicAccess(`images-${region}`, { region, state: "block-new-sharing" });
    new ec2.InstanceMetadataDefaults(`metadata-${region}`, {
        region,
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
    });
    new ec2.SerialConsoleAccess(`console-${region}`, { region, enabled: false });
    // Says which resources somebody from outside can reach.
    new accessanalyzer.Analyzer(`analyzer-${region}`, {
        region,
        analyzerName: "account",
        type: "ACCOUNT",
        tags: tags("analyzer"),
    });
    if (closeDefaultNetworks) {
        const { id } = ec2.getVpcOutput({ default: true, region });
        new ec2.DefaultSecurityGroup(`network-${region}`, {
            region,
            vpcId: id,
            ingress: [],
            egress: [],
            tags: tags("network"),
        });
        const { ids } = ec2.getNetworkAclsOutput({
            region,
            vpcId: id,
            filters: [{ name: "default", values: ["true"] }],
        });
        // Without rules it lets nothing through, for whatever has a group of its own as well.
        new ec2.DefaultNetworkAcl(
            `network-${region}`,
            { region, defaultNetworkAclId: ids[0], tags: tags("network") },
            { ignoreChanges: ["subnetIds"] },
        );
    }
}
