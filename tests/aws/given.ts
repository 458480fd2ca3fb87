import { randomBytes } from "node:crypto";
import type { Emulator } from "./emulator";

/** What a program takes for given, made in the emulator as its owner would make it; each gives the name that a program has for it. */

/** A domain's zone. */
export async function zone(emulator: Emulator, domain: string): Promise<void> {
    const body = `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>${domain}</Name><CallerReference>1</CallerReference></CreateHostedZoneRequest>`;
    await emulator.send("route53", "POST", "/2013-04-01/hostedzone", body);
}

/** The account's default network. */
export async function network(emulator: Emulator): Promise<string> {
    return /<vpcId>(.*?)</.exec(await emulator.ask<string>("ec2", "2016-11-15 DescribeVpcs"))![1];
}

/** A machine's image. */
export async function machineImage(emulator: Emulator): Promise<string> {
    const given = { "Filter.1.Name": "architecture", "Filter.1.Value.1": "x86_64" };
    const images = await emulator.ask<string>("ec2", "2016-11-15 DescribeImages", given);
    return /<imageId>(ami-.*?)</.exec(images)![1];
}

/** A certificate that the program does not look after. */
export async function certificate(emulator: Emulator, domain: string): Promise<string> {
    const given = { DomainName: domain, ValidationMethod: "DNS" };
    const made = await emulator.ask<{ CertificateArn: string }>("acm", "CertificateManager.RequestCertificate", given);
    return made.CertificateArn;
}

/** A backup of a database of PostgreSQL, which somebody else looked after. */
export async function backup(emulator: Emulator, name: string): Promise<string> {
    await emulator.ask("rds", "2014-10-31 CreateDBInstance", {
        DBInstanceIdentifier: name,
        DBInstanceClass: "db.t4g.micro",
        Engine: "postgres",
        EngineVersion: "18",
        AllocatedStorage: "50",
        StorageEncrypted: "true",
        MasterUsername: "administrator",
        MasterUserPassword: randomBytes(16).toString("hex"),
    });
    const made = await emulator.ask<string>("rds", "2014-10-31 CreateDBSnapshot", {
        DBInstanceIdentifier: name,
        DBSnapshotIdentifier: `${name}-backup`,
    });
    return /<DBSnapshotArn>(.*?)</.exec(made)![1];
}
