import { expect } from "chai";
import { request } from "node:http";
import * as s3 from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { faultOf, fixture, type Fixture } from "./support";

const Bucket = "private";

describe("S3: access", () => {
    let it_: Fixture;
    const get = (client: s3.S3Client, more: Partial<s3.GetObjectCommandInput> = {}) =>
        faultOf(client.send(new s3.GetObjectCommand({ Bucket, Key: "k", ...more })));
    const put = (client: s3.S3Client) => faultOf(client.send(new s3.PutObjectCommand({ Bucket, Key: "k", Body: "x" })));

    before(async () => {
        it_ = await fixture();
        await it_.s3.send(new s3.CreateBucketCommand({ Bucket }));
        await it_.s3.send(new s3.CreateBucketCommand({ Bucket: "other" }));
        await it_.s3.send(new s3.PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
        await it_.s3.send(new s3.PutObjectCommand({ Bucket: "other", Key: "k", Body: "y" }));
    });

    after(async () => {
        await it_.end();
        expect(it_.reports).to.deep.equal([]);
    });

    it("knows no one by a wrong secret or a strange key", async () => {
        const wrong = { accessKeyId: "AKALL", secretAccessKey: "wrong" };
        expect(await get(it_.as({}, { credentials: wrong }))).to.equal("403 SignatureDoesNotMatch");
        const strange = { accessKeyId: "AKNONE", secretAccessKey: "all" };
        expect(await get(it_.as({}, { credentials: strange }))).to.equal("403 InvalidAccessKeyId");
        for (const systemClockOffset of [20 * 60 * 1000, -20 * 60 * 1000]) {
            expect(await get(it_.as({ [Bucket]: ["read"] }, { systemClockOffset }))).to.equal(
                "403 RequestTimeTooSkewed",
            );
        }
        expect((await plain("GET", `/${Bucket}/k`)).text).to.match(/AccessDenied/);
    });

    it("lets no one do what no permit says", async () => {
        const reader = it_.as({ [Bucket]: ["read"] });
        expect(await get(reader)).to.equal("none");
        expect(await put(reader)).to.equal("403 AccessDenied");
        const denied = [
            new s3.DeleteObjectCommand({ Bucket, Key: "k" }),
            new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "k" }] } }),
            new s3.CopyObjectCommand({ Bucket, Key: "l", CopySource: `${Bucket}/k` }),
            new s3.CreateMultipartUploadCommand({ Bucket, Key: "l" }),
            new s3.GetObjectCommand({ Bucket: "other", Key: "k" }),
            new s3.ListObjectsV2Command({ Bucket: "other" }),
            new s3.HeadBucketCommand({ Bucket: "other" }),
            new s3.DeleteBucketCommand({ Bucket }),
            new s3.CreateBucketCommand({ Bucket: "fresh" }),
        ];
        for (const command of denied) {
            const fault = await faultOf(reader.send(command as s3.DeleteObjectCommand));
            expect(fault, command.constructor.name).to.match(/^403/);
        }
        const { Buckets } = await reader.send(new s3.ListBucketsCommand({}));
        expect(Buckets?.map(({ Name }) => Name)).to.deep.equal([Bucket]);
        expect(await get(it_.as({}))).to.equal("403 AccessDenied");
    });

    it("lets a writer write and read objects, but not change the bucket or copy out of another", async () => {
        const writer = it_.as({ [Bucket]: ["write"] });
        expect(await put(writer)).to.equal("none");
        expect(await get(writer)).to.equal("none");
        const VersioningConfiguration = { Status: "Suspended" as const };
        const version = new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration });
        expect(await faultOf(writer.send(version))).to.equal("403 AccessDenied");
        const copy = new s3.CopyObjectCommand({ Bucket, Key: "l", CopySource: "other/k" });
        expect(await faultOf(writer.send(copy))).to.equal("403 AccessDenied");
    });

    it("takes presigned URLs for what they are, until they expire", async () => {
        const reader = it_.as({ [Bucket]: ["read"] });
        const read = await getSignedUrl(reader, new s3.GetObjectCommand({ Bucket, Key: "k" }), { expiresIn: 60 });
        expect(await (await fetch(read)).text()).to.equal("x");
        expect((await fetch(read.replace("/k?", "/l?"))).status).to.equal(403);
        expect((await fetch(read, { method: "PUT", body: "z" })).status).to.equal(403);
        expect((await fetch(`${read}0`)).status).to.equal(403);
        const soon = await getSignedUrl(reader, new s3.GetObjectCommand({ Bucket, Key: "k" }), { expiresIn: 1 });
        await new Promise((done) => setTimeout(done, 2100));
        const expired = await fetch(soon);
        expect([expired.status, await expired.text()].join(" ")).to.match(/^403 .*Request has expired/s);

        const forged = await getSignedUrl(reader, new s3.PutObjectCommand({ Bucket, Key: "k" }), { expiresIn: 60 });
        expect((await fetch(forged, { method: "PUT", body: "z" })).status).to.equal(403);
        const input = { Bucket, Key: "up", Metadata: { a: "b" } };
        const write = await getSignedUrl(it_.s3, new s3.PutObjectCommand(input), { expiresIn: 60 });
        const sent = await fetch(write, {
            method: "PUT",
            body: "from afar",
            headers: { "content-type": "text/plain" },
        });
        expect(sent.status).to.equal(200);
        const got = await it_.s3.send(new s3.GetObjectCommand({ Bucket, Key: "up" }));
        expect(got).to.deep.include({ ContentType: "text/plain", Metadata: { a: "b" } });
        expect(await got.Body?.transformToString()).to.equal("from afar");
    });

    it("refuses other hosts, which is how a page on the web would come here", async () => {
        for (const host of ["evil.test", "127.0.0.1.evil.test", "localhost.evil.test:80", ""]) {
            expect((await plain("GET", "/", { host })).status, host).to.be.oneOf([400, 403]);
        }
        expect((await plain("GET", "/", { host: "evil.test" })).text).to.match(/must be for the host 127\.0\.0\.1/);
        expect((await plain("GET", "//%ff")).status).to.equal(400);
        expect((await plain("GET", "http://evil.test/")).status).to.equal(400);
        expect((await plain("BREW", "/")).status).to.be.oneOf([400, 403]);
    });

    it("tells browsers what the bucket's CORS rules allow", async () => {
        const preflight = (origin: string, method: string, headers?: string) =>
            plain("OPTIONS", `/${Bucket}/k`, {
                origin,
                "access-control-request-method": method,
                ...(headers ? { "access-control-request-headers": headers } : {}),
            });
        expect((await preflight("https://app.test", "PUT")).status).to.equal(403);
        const rule = {
            AllowedOrigins: ["https://app.test", "https://*.app.test"],
            AllowedMethods: ["GET", "PUT"],
            AllowedHeaders: ["content-*"],
            MaxAgeSeconds: 60,
        };
        await it_.s3.send(new s3.PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }));
        const { CORSRules } = await it_.s3.send(new s3.GetBucketCorsCommand({ Bucket }));
        expect(CORSRules).to.deep.equal([rule]);
        const allowed = await preflight("https://x.app.test", "PUT", "Content-Type");
        expect(allowed.status).to.equal(200);
        expect(allowed.headers).to.include({
            "access-control-allow-origin": "https://x.app.test",
            "access-control-allow-methods": "GET, PUT",
            "access-control-allow-headers": "content-type",
            "access-control-max-age": "60",
        });
        expect((await preflight("https://evil.test", "PUT")).status).to.equal(403);
        expect((await preflight("https://app.test", "DELETE")).status).to.equal(403);
        expect((await preflight("https://app.test", "PUT", "x-other")).status).to.equal(403);

        const url = await getSignedUrl(it_.s3, new s3.GetObjectCommand({ Bucket, Key: "k" }), { expiresIn: 60 });
        const from = async (origin: string) => (await fetch(url, { headers: { origin } })).headers;
        expect((await from("https://app.test")).get("access-control-allow-origin")).to.equal("https://app.test");
        expect((await from("https://evil.test")).get("access-control-allow-origin")).to.equal(null);
        await it_.s3.send(new s3.DeleteBucketCorsCommand({ Bucket }));
        expect(await faultOf(it_.s3.send(new s3.GetBucketCorsCommand({ Bucket })))).to.equal(
            "404 NoSuchCORSConfiguration",
        );
    });

    it("takes no XML that it could choke on", async () => {
        const send = async (body: string) => {
            const client = it_.as({ [Bucket]: ["write"] });
            client.middlewareStack.add(
                (next) => (args) => {
                    const sent = args.request as { body: string; headers: Record<string, string> };
                    sent.body = body;
                    sent.headers["content-length"] = String(Buffer.byteLength(body));
                    for (const name of Object.keys(sent.headers))
                        if (/checksum|md5/.test(name)) delete sent.headers[name];
                    return next(args);
                },
                { step: "build", priority: "low" },
            );
            return faultOf(client.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "k" }] } })));
        };
        expect(await send("<Delete><Object>")).to.equal("400 MalformedXML");
        expect(await send("<Other/>")).to.equal("400 MalformedXML");
        expect(await send("<Delete></Delete>")).to.equal("400 MalformedXML");
        const bomb =
            '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><Delete><Object><Key>&b;</Key></Object></Delete>';
        expect(await send(bomb)).to.be.oneOf(["none", "400 MalformedXML"]);
        expect(await get(it_.s3)).to.equal("none");
    });

    interface Answer {
        readonly status: number | undefined;
        readonly text: string;
        readonly headers: NodeJS.Dict<string | string[]>;
    }

    /** Unsigned, and with the target and the host exactly as given. */
    function plain(method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
        return new Promise((resolve, reject) => {
            const { port } = it_.server;
            request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
                let text = "";
                response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
                response.on("end", () => resolve({ status: response.statusCode, text, headers: response.headers }));
            })
                .on("error", reject)
                .end();
        });
    }
});
