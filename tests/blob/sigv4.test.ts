import { expect } from "chai";
import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { readPayload } from "../../agent/identity/payload";
import { SignatureFault, verifySigV4, type SignedRequest, type VerifyOptions } from "../../agent/identity/sigv4";

const credentials = { accessKeyId: "AKMVTEST", secretAccessKey: "a secret/with+signs=" };
const find = (id: string) => (id === credentials.accessKeyId ? credentials : undefined);

interface Caught {
    readonly request: SignedRequest;
    readonly body: Buffer;
}

/** Lets `send` talk to a server which answers nothing useful, and gives what it got. */
async function caught(send: (endpoint: string) => Promise<unknown>): Promise<Caught> {
    let got: Caught | undefined;
    const server = createServer((incoming: IncomingMessage, response) => {
        const pieces: Buffer[] = [];
        incoming.on("data", (piece: Buffer) => pieces.push(piece));
        incoming.on("end", () => {
            got = {
                request: { method: incoming.method, url: incoming.url, headers: incoming.headers },
                body: Buffer.concat(pieces),
            };
            response.setHeader("content-type", "application/x-amz-json-1.0").end("{}");
        });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    await send(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    if (!got) throw new Error("nothing was sent");
    return got;
}

const s3 = (endpoint: string) => new S3Client({ endpoint, region: "local", credentials, forcePathStyle: true });

function code(request: SignedRequest, options: VerifyOptions = { service: "s3" }): string {
    try {
        verifySigV4(request, find, options);
        return "verified";
    } catch (error) {
        if (error instanceof SignatureFault) return error.code;
        throw error;
    }
}

async function content({ request, body }: Caught): Promise<string> {
    const { payload } = verifySigV4(request, find, { service: "s3" });
    const pieces: Buffer[] = [];
    // In pieces of three bytes, so that every border lies somewhere within a piece.
    async function* drip() {
        for (let at = 0; at < body.length; at += 3) yield body.subarray(at, at + 3);
    }
    for await (const piece of readPayload(drip(), payload, request.headers).data) pieces.push(Buffer.from(piece));
    return Buffer.concat(pieces).toString();
}

describe("SigV4", () => {
    let put: Caught;

    before(async () => {
        put = await caught((at) =>
            s3(at).send(
                new PutObjectCommand({ Bucket: "b", Key: "a b/ü+%2e~'()*!", Body: "hello", Metadata: { x: "a  b" } }),
            ),
        );
    });

    it("verifies what the SDK signs, and gives the body", async () => {
        expect(verifySigV4(put.request, find, { service: "s3" })).to.include({
            accessKeyId: "AKMVTEST",
            presigned: false,
        });
        expect(await content(put)).to.equal("hello");
    });

    it("takes no request that was changed", () => {
        const { request } = put;
        expect(code({ ...request, method: "GET" })).to.equal("BadSignature");
        expect(code({ ...request, url: `${request.url}&x=1` })).to.equal("BadSignature");
        expect(code({ ...request, url: request.url?.replace("/b/", "/c/") })).to.equal("BadSignature");
        const other = { ...request.headers, "x-amz-meta-x": "other" };
        expect(code({ ...request, headers: other })).to.equal("BadSignature");
        expect(code({ ...request, headers: { ...request.headers, host: "evil.test" } })).to.equal("BadSignature");
        const added = { ...request.headers, "x-amz-acl": "public-read" };
        expect(code({ ...request, headers: added })).to.equal("NotCovered");
    });

    it("takes no body that was changed", async () => {
        const signed = await caught((endpoint) =>
            s3(endpoint).send(
                new PutObjectCommand({ Bucket: "b", Key: "k", Body: "hello", ContentMD5: "XUFAKrxLKna5cZ2REBfFkg==" }),
            ),
        );
        expect(await content(signed)).to.equal("hello");
        const fault = await content({ ...signed, body: Buffer.from("jello") }).catch((error: unknown) => error);
        expect(fault).to.be.instanceOf(SignatureFault).with.property("code", "BadPayload");
    });

    it("tells unknown keys, other services and other times", () => {
        expect(() => verifySigV4(put.request, () => undefined, { service: "s3" })).to.throw(
            SignatureFault,
            /does not exist/,
        );
        expect(() => verifySigV4(put.request, () => ({ secretAccessKey: "x" }), { service: "s3" })).to.throw(
            /does not match/,
        );
        expect(code(put.request, { service: "kms" })).to.equal("Malformed");
        const minutes = (n: number) => ({ service: "s3", now: () => Date.now() + n * 60_000 });
        expect(code(put.request, minutes(14))).to.equal("verified");
        expect(code(put.request, minutes(16))).to.equal("Skewed");
        expect(code(put.request, minutes(-16))).to.equal("Skewed");
        expect(code({ method: "GET", url: "/", headers: { host: "x" } })).to.equal("Unsigned");
        expect(code({ method: "GET", url: "/", headers: { host: "x", authorization: "Basic eA==" } })).to.equal(
            "Malformed",
        );
    });

    it("verifies presigned URLs until they expire", async () => {
        const command = new GetObjectCommand({ Bucket: "b", Key: "k k" });
        const url = new URL(await getSignedUrl(s3("http://127.0.0.1:1"), command, { expiresIn: 60 }));
        const request = { method: "GET", url: url.pathname + url.search, headers: { host: url.host } };
        const later = (seconds: number) => ({ service: "s3", now: () => Date.now() + seconds * 1000 });
        expect(code(request)).to.equal("verified");
        expect(code(request, later(58))).to.equal("verified");
        expect(code(request, later(61))).to.equal("Expired");
        expect(code(request, later(-16 * 60))).to.equal("Expired");
        expect(code({ ...request, url: request.url.replace("Expires=60", "Expires=600") })).to.equal("BadSignature");
        expect(code({ ...request, url: request.url.replace("Expires=60", "Expires=604801") })).to.equal("Malformed");
        expect(code({ ...request, method: "PUT" })).to.equal("BadSignature");
        expect(code({ ...request, url: "/%ff" + url.search })).to.equal("BadTarget");
    });

    it("verifies JSON services by their body", async () => {
        const { request, body } = await caught((endpoint) =>
            new DynamoDBClient({ endpoint, region: "local", credentials }).send(new ListTablesCommand({})),
        );
        expect(code(request, { service: "dynamodb", body })).to.equal("verified");
        expect(code(request, { service: "dynamodb", body: Buffer.from("{} ") })).to.equal("BadSignature");
    });

    // The example of Amazon's own documentation of chunked uploads.
    it("verifies each chunk of a signed stream", async () => {
        const secretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        const request: SignedRequest = {
            method: "PUT",
            url: "/examplebucket/chunkObject.txt",
            headers: {
                host: "s3.amazonaws.com",
                "x-amz-date": "20130524T000000Z",
                "x-amz-storage-class": "REDUCED_REDUNDANCY",
                "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                "content-encoding": "aws-chunked",
                "x-amz-decoded-content-length": "66560",
                "content-length": "66824",
                authorization:
                    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=" +
                    "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;" +
                    "x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
            },
        };
        const now = () => Date.UTC(2013, 4, 24);
        const { payload } = verifySigV4(request, () => ({ secretAccessKey }), { service: "s3", now });
        const chunk = (size: number, signature: string) =>
            `${size.toString(16)};chunk-signature=${signature}\r\n${"a".repeat(size)}\r\n`;
        const body =
            chunk(65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648") +
            chunk(1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497") +
            chunk(0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
        const size = async (text: string) => {
            let bytes = 0;
            const stream = Readable.from([Buffer.from(text)]);
            for await (const piece of readPayload(stream, payload, request.headers).data) bytes += piece.length;
            return bytes;
        };
        const code = (text: string) => size(text).catch((fault: SignatureFault) => fault.code);
        expect(body.length).to.equal(66824);
        expect(await size(body)).to.equal(66560);
        expect(await code(body.replace("aaa", "aba"))).to.equal("BadSignature");
        expect(await code(body.slice(0, -90))).to.equal("BadFraming");
        expect(await code(`${body}x`)).to.equal("BadFraming");
        expect(await code(body.replace("400;", "3ff;"))).to.equal("BadSignature");
    });

    // As above, of chunked uploads with a trailer.
    it("verifies the trailer of a signed stream", async () => {
        const steps = ["20130524", "us-east-1", "s3", "aws4_request"];
        const key = steps.reduce(
            (secret, step) => createHmac("sha256", secret).update(step).digest(),
            Buffer.from("AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        );
        const chain = {
            key,
            date: "20130524T000000Z",
            scope: steps.join("/"),
            seed: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
        };
        const chunk = (size: number, signature: string) =>
            `${size.toString(16)};chunk-signature=${signature}\r\n${"a".repeat(size)}${size > 0 ? "\r\n" : ""}`;
        const body =
            chunk(65536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2") +
            chunk(1024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7") +
            chunk(0, "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992") +
            "x-amz-checksum-crc32c:sOO8/Q==\r\n" +
            "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";
        const read = async (text: string, announced = "x-amz-checksum-crc32c") => {
            const source = Readable.from([Buffer.from(text)]);
            const payload = { form: "chunks", trailer: true, chain } as const;
            const { data, trailers } = readPayload(source, payload, { "x-amz-trailer": announced });
            try {
                for await (const _ of data);
                return trailers.get("x-amz-checksum-crc32c");
            } catch (error) {
                return (error as SignatureFault).code;
            }
        };
        expect(await read(body)).to.equal("sOO8/Q==");
        expect(await read(body.replace("sOO8", "sOO9"))).to.equal("BadSignature");
        expect(await read(body.replace(/x-amz-trailer-signature.*\r\n/, ""))).to.equal("BadSignature");
        expect(await read(body.replace(/x-amz-checksum.*\r\n/, ""))).to.equal("BadSignature");
        expect(await read(body, "x-amz-other")).to.equal("BadFraming");
    });
});
