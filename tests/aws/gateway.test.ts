import { expect } from "chai";
import { constants, createPublicKey, publicEncrypt } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { mends } from "./gaps";
import { Gateway } from "./gateway";

/** What stands before the emulator in `live*.test.ts` answers as AWS does: tried without an emulator. */
describe("Gateway before an emulator of AWS", () => {
    let asked: { url: string; body: string }[];
    let emulator: http.Server;
    let gateway: Gateway;
    let left: () => string[];
    let says: object | string;

    before(async () => {
        emulator = http.createServer((request, response) => {
            let body = "";
            request.on("data", (chunk) => (body += String(chunk)));
            request.on("end", () => {
                asked.push({ url: request.url!, body });
                response
                    .writeHead(200, { "content-type": "application/json" })
                    .end(typeof says === "string" ? says : JSON.stringify(says));
            });
        });
        await new Promise<void>((resolve) => emulator.listen(0, "127.0.0.1", resolve));
    });
    beforeEach(async () => {
        [asked, says] = [[], {}];
        const all = mends();
        left = all.left;
        gateway = await Gateway.start(`http://127.0.0.1:${(emulator.address() as AddressInfo).port}`, all.all);
    });
    afterEach(() => gateway.close());
    after(() => emulator.close());

    async function call(
        service: string,
        given: {
            method?: string;
            path?: string;
            target?: string;
            body?: string;
            form?: Record<string, string>;
            etag?: string;
        },
    ) {
        const { method = "POST", path = "/", target, form, body = form && new URLSearchParams(form), etag } = given;
        const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=none`;
        const response = await fetch(`${gateway.endpoint}${path}`, {
            method,
            headers: {
                authorization,
                ...(target ? { "x-amz-target": target } : {}),
                ...(etag ? { "if-match": etag } : {}),
            },
            body,
        });
        return { status: response.status, etag: response.headers.get("etag") ?? "", text: await response.text() };
    }

    it("hands on what it does not know, as it came", async () => {
        says = { TableNames: ["one"] };
        const { text } = await call("dynamodb", { target: "DynamoDB_20120810.ListTables", body: "{}" });
        expect(JSON.parse(text)).to.deep.equal(says);
        expect(asked).to.deep.equal([{ url: "/", body: "{}" }]);
    });

    it("keeps the messages of ICMP that a rule of a network's list is for", async () => {
        const rule = {
            NetworkAclId: "acl-1",
            Egress: "false",
            RuleNumber: "160",
            "Icmp.Type": "-1",
            "Icmp.Code": "-1",
        };
        await call("ec2", { form: { Action: "CreateNetworkAclEntry", ...rule } });
        const entry = (number: number) => `<item><egress>false</egress><ruleNumber>${number}</ruleNumber></item>`;
        says = `<entrySet>${entry(140)}${entry(160)}</entrySet><default>true</default><networkAclId>acl-1</networkAclId>`;
        const { text } = await call("ec2", { form: { Action: "DescribeNetworkAcls" } });
        expect(text).to.include(
            "<ruleNumber>160</ruleNumber><icmpTypeCode><code>-1</code><type>-1</type></icmpTypeCode>",
        );
        expect(text.match(/icmpTypeCode>/g)).to.have.length(2);
    });

    it("keeps a distribution as it was last said to be, until it is switched off and deleted", async () => {
        const config = (enabled: boolean) =>
            `<DistributionConfig><Enabled>${enabled}</Enabled><Comment>one</Comment></DistributionConfig>`;
        const path = "/2020-05-31/distribution";
        const made = await call("cloudfront", { path, body: `<With>${config(true)}</With>` });
        const [, id] = /<Id>(.*?)</.exec(made.text)!;
        expect(left()).to.deep.equal([`arn:aws:cloudfront::123456789012:distribution/${id}`]);
        const one = `${path}/${id}`;
        expect((await call("cloudfront", { method: "GET", path: one })).text).to.include("<Comment>one<");
        const { text } = await call("cloudfront", { method: "GET", path });
        expect(text)
            .to.include("<Quantity>1</Quantity>")
            .and.to.match(/<DistributionSummary><Id>.*<Comment>one</);
        expect((await call("cloudfront", { method: "DELETE", path: one, etag: made.etag })).text).to.include(
            "DistributionNotDisabled",
        );
        const stale = await call("cloudfront", {
            method: "PUT",
            path: `${one}/config`,
            body: config(false),
            etag: "other",
        });
        expect(stale.status).to.equal(412);
        const off = await call("cloudfront", {
            method: "PUT",
            path: `${one}/config`,
            body: config(false),
            etag: made.etag,
        });
        expect((await call("cloudfront", { method: "DELETE", path: one, etag: off.etag })).status).to.equal(204);
        expect((await call("cloudfront", { method: "GET", path: one })).text).to.include("NoSuchDistribution");
        expect(asked).to.deep.equal([]);
    });

    it("keeps no VPC origin from being deleted but one that is used", async () => {
        const made = await call("cloudfront", {
            path: "/2020-05-31/vpc-origin",
            body: "<Request><VpcOriginEndpointConfig><Name>one</Name></VpcOriginEndpointConfig></Request>",
        });
        const [, id] = /<Id>(.*?)</.exec(made.text)!;
        const body = `<DistributionConfig><Enabled>false</Enabled><VpcOriginId>${id}</VpcOriginId></DistributionConfig>`;
        await call("cloudfront", { path: "/2020-05-31/distribution", body });
        const gone = await call("cloudfront", {
            method: "DELETE",
            path: `/2020-05-31/vpc-origin/${id}`,
            etag: made.etag,
        });
        expect(gone.text).to.include("CannotDeleteEntityWhileInUse");
    });

    it("has services at rest with what was wanted, and remembers how they are to roll", async () => {
        const target = "AmazonEC2ContainerServiceV20141113.";
        const service = {
            serviceArn: "arn:one",
            desiredCount: 2,
            runningCount: 0,
            taskDefinition: "two",
            deployments: [{ id: "d" }],
        };
        says = { service };
        await call("ecs", {
            target: `${target}CreateService`,
            body: JSON.stringify({ healthCheckGracePeriodSeconds: 90 }),
        });
        says = { services: [service] };
        const { text } = await call("ecs", { target: `${target}DescribeServices`, body: "{}" });
        const [found] = (JSON.parse(text) as { services: Record<string, unknown>[] }).services;
        expect(found).to.include({ runningCount: 2, pendingCount: 0, healthCheckGracePeriodSeconds: 90 });
        expect(found.deployments).to.deep.equal([
            {
                id: "d",
                desiredCount: 2,
                runningCount: 2,
                pendingCount: 0,
                taskDefinition: "two",
                status: "PRIMARY",
                rolloutState: "COMPLETED",
            },
        ]);
    });

    it("knows which capacity providers there are", async () => {
        const target = "AmazonEC2ContainerServiceV20141113.";
        const ask = (action: string, given: object) =>
            call("ecs", { target: `${target}${action}CapacityProvider`, body: JSON.stringify(given) });
        await ask("Create", { name: "one" });
        await ask("Create", { name: "two" });
        await ask("Delete", { capacityProvider: "arn:aws:ecs:us-east-1:123456789012:capacity-provider/one" });
        expect(left()).to.deep.equal(["capacity provider: two"]);
    });

    it("carries out associations with success", async () => {
        const body = JSON.stringify({ Name: "document", Tags: [{ Key: "a", Value: "b" }] });
        const made = await call("ssm", { target: "AmazonSSM.CreateAssociation", body });
        const { AssociationDescription: one } = JSON.parse(made.text) as {
            AssociationDescription: { AssociationId: string; Overview: object };
        };
        expect(one.Overview).to.deep.equal({ Status: "Success" });
        const id = JSON.stringify({ AssociationId: one.AssociationId });
        await call("ssm", { target: "AmazonSSM.DeleteAssociation", body: id });
        const gone = await call("ssm", { target: "AmazonSSM.DescribeAssociation", body: id });
        expect(gone).to.deep.include({ status: 400 });
        expect(gone.text).to.include("AssociationDoesNotExist");
    });

    it("has a key once its material came, wrapped for it alone", async () => {
        const kms = async (action: string, given: object = {}) => {
            const target = `TrentService.${action}`;
            const { status, text } = await call("kms", { target, body: JSON.stringify({ KeyId: "one", ...given }) });
            const answer = JSON.parse(text) as { KeyMetadata: object; PublicKey: string };
            return { status, ...answer };
        };
        says = { KeyMetadata: { KeyId: "one", Origin: "EXTERNAL", KeyState: "Enabled" } };
        expect((await kms("DescribeKey")).KeyMetadata).to.include({ KeyState: "PendingImport", Enabled: false });
        const { PublicKey } = await kms("GetParametersForImport");
        const key = createPublicKey({
            key: Buffer.from(PublicKey, "base64"),
            format: "der",
            type: "spki",
        });
        const wrapped = (material: Buffer) => {
            const padding = constants.RSA_PKCS1_OAEP_PADDING;
            return publicEncrypt({ key, padding, oaepHash: "sha256" }, material).toString("base64");
        };
        const short = await kms("ImportKeyMaterial", { EncryptedKeyMaterial: wrapped(Buffer.alloc(16)) });
        expect(short.status).to.equal(400);
        await kms("ImportKeyMaterial", { EncryptedKeyMaterial: wrapped(Buffer.alloc(32)) });
        expect((await kms("DescribeKey")).KeyMetadata).to.include({ KeyState: "Enabled" });
        says = { KeyMetadata: { KeyId: "two", Origin: "AWS_KMS", KeyState: "Enabled" } };
        expect((await kms("DescribeKey")).KeyMetadata).to.deep.include({ KeyState: "Enabled" });
    });

    it("puts into an answer what was asked before, and nothing of others", async () => {
        const config = { LogGroup: "one", LogFormat: "JSON" };
        says = { FunctionName: "keep" };
        await call("lambda", {
            path: "/2015-03-31/functions",
            body: JSON.stringify({ FunctionName: "keep", LoggingConfig: config }),
        });
        says = { Configuration: { FunctionName: "keep" } };
        const { text } = await call("lambda", { method: "GET", path: "/2015-03-31/functions/keep" });
        expect(JSON.parse(text)).to.deep.equal({ Configuration: { FunctionName: "keep", LoggingConfig: config } });
        says = { Configuration: { FunctionName: "other" } };
        const other = await call("lambda", { method: "GET", path: "/2015-03-31/functions/other" });
        expect(JSON.parse(other.text)).to.deep.equal(says);
    });

    it("has each database by an id of its own", async () => {
        const one = (name: string) =>
            `<DBInstance><DBInstanceIdentifier>${name}</DBInstanceIdentifier><DbiResourceId>db-ONE</DbiResourceId></DBInstance>`;
        const ask = (form: Record<string, string>) =>
            call("rds", { form: { Action: "DescribeDBInstances", Version: "2014-10-31", ...form } });
        says = one("a") + one("b");
        const { text } = await ask({});
        const [a, b] = [...text.matchAll(/<DbiResourceId>(.*?)</g)].map(([, id]) => id);
        expect(a)
            .to.match(/^db-[0-9A-F]{26}$/)
            .and.not.equal(b);
        await ask({ "Filters.Filter.1.Name": "dbi-resource-id", "Filters.Filter.1.Values.Value.1": b });
        expect(asked[1].body).to.equal("Action=DescribeDBInstances&Version=2014-10-31&DBInstanceIdentifier=b");
    });

    it("has a machine's card to itself when the machine is no more", async () => {
        const card = (machine: string) =>
            `<attachment><attachmentId>to-${machine}</attachmentId><instanceId>${machine}</instanceId></attachment>`;
        const ask = (Action: string, more = {}) => call("ec2", { form: { Action, Version: "2016-11-15", ...more } });
        const detach = async (machine: string) => ask("DetachNetworkInterface", { AttachmentId: `to-${machine}` });
        says = card("i-1") + card("i-2");
        expect((await ask("DescribeNetworkInterfaces")).text).to.equal(says);
        await ask("TerminateInstances", { "InstanceId.1": "i-1" });
        expect((await ask("DescribeNetworkInterfaces")).text).to.equal(card("i-2"));
        const { status, text } = await detach("i-1");
        expect(status).to.equal(400);
        expect(text).to.include("<Code>InvalidAttachmentID.NotFound</Code>");
        expect((await detach("i-2")).status, "the emulator's own answer").to.equal(200);
    });

    it("takes a NAT gateway's card away with it", async () => {
        says = "<networkInterfaceId>eni-1</networkInterfaceId>";
        await call("ec2", { form: { Action: "DeleteNatGateway", Version: "2016-11-15", NatGatewayId: "nat-1" } });
        const [deleted, described, taken] = asked.map(({ body }) => new URLSearchParams(body));
        expect(deleted.get("Action")).to.equal("DeleteNatGateway");
        expect(described.get("NatGatewayId.1")).to.equal("nat-1");
        expect(taken.get("Action")).to.equal("DeleteNetworkInterface");
        expect(taken.get("NetworkInterfaceId")).to.equal("eni-1");
    });

    it("says in which network a function is, by its subnets", async () => {
        const network = "<vpcId>vpc-one</vpcId>";
        says = { FunctionName: "one", VpcConfig: { SubnetIds: ["subnet-one"], VpcId: "vpc-other" }, network };
        const { text } = await call("lambda", { method: "GET", path: "/2015-03-31/functions/one/configuration" });
        expect(JSON.parse(text)).to.have.nested.property("VpcConfig.VpcId", "vpc-one");
        expect(asked[1].body).to.include("Action=DescribeSubnets").and.to.include("SubnetId.1=subnet-one");
    });
});
