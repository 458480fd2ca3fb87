import { expect } from "chai";
import { createServer } from "node:net";
import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    renameSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as s3 from "@aws-sdk/client-s3";
import { type BucketInputs, bucketKind } from "../../agent/blob/bucket";
import { openIdentities } from "../../agent/identity/identities";
import { type Call, type Host, type Kind, Refusal } from "../../agent/kind";
import { faultOf } from "./support";

const inputs = (more: Partial<BucketInputs> = {}): BucketInputs => ({
    name: "uploads",
    versioned: false,
    lifecycle: [],
    cors: [],
    forceDestroy: false,
    ...more,
});

describe("Bucket", () => {
    let folder: string;
    let port: number;
    let released: string[];
    let metrics: string[];
    let reports: string[];
    let host: Host;
    let kind: ReturnType<typeof bucketKind>;
    let clients: s3.S3Client[];

    const call = (restoring = false): Call<BucketInputs> => ({
        restoring,
        progress: () => undefined,
        signal: new AbortController().signal,
    });
    const client = (endpoint: string, access: string[], id = "uploads") => {
        const { accessKeyId, secretAccessKey } = host.identities.issue(`Container/${access.join()}`, [
            { kind: "Bucket", id, access },
        ]);
        const credentials = { accessKeyId, secretAccessKey };
        const made = new s3.S3Client({ endpoint, region: "local", forcePathStyle: true, maxAttempts: 1, credentials });
        clients.push(made);
        return made;
    };

    beforeEach(async () => {
        folder = mkdtempSync(join(tmpdir(), "mvi-bucket-"));
        [port, released, metrics, reports, clients] = [await freePort(), [], [], [], []];
        const note = (name: string, value: number, of?: object) =>
            metrics.push(`${name} ${value} ${JSON.stringify(of)}`);
        host = {
            stack: "test/test",
            folder(name) {
                mkdirSync(join(folder, name), { recursive: true });
                return join(folder, name);
            },
            port: async () => port,
            releasePort: (owner) => void released.push(owner),
            vault: { seal: (text) => text, open: (text) => text },
            logs: { append: () => undefined },
            metrics: { count: note, gauge: note, observe: (name, _, of) => note(name, 0, of) },
            identities: openIdentities(join(folder, "identities"), { seal: (text) => text, open: (text) => text }),
            endpoints: { publish: () => undefined, targets: () => [], watch: () => () => undefined },
            kind: <K extends Kind>(): K => {
                throw new Error("it needs no other kind");
            },
            report: (line) => void reports.push(line),
        };
        kind = bucketKind(host);
    });

    afterEach(async () => {
        for (const one of clients) one.destroy();
        await kind.stop();
        rmSync(folder, { recursive: true });
    });

    it("has gone when its folder was removed beneath it, and can be removed and made anew", async () => {
        const outputs = await kind.apply("uploads", inputs(), call());
        const s3client = client(outputs.endpoint, ["write"]);
        const put = () => s3client.send(new s3.PutObjectCommand({ Bucket: "uploads", Key: "a", Body: "abc" }));
        await put();
        rmSync(join(folder, "blob", "uploads"), { recursive: true });
        expect(await kind.read("uploads", { inputs: inputs(), outputs })).to.equal(undefined);
        await kind.apply("uploads", inputs(), { ...call(), previous: inputs() });
        await put();
        expect((await kind.read("uploads", { inputs: inputs(), outputs }))?.inputs).to.deep.equal(inputs());
        rmSync(join(folder, "blob", "uploads"), { recursive: true });
        await kind.remove("uploads", inputs());
        expect(await kind.read("uploads", { inputs: inputs(), outputs })).to.equal(undefined);
    });

    it("keeps what a damaged journal has forgotten, and keeps no other bucket from serving", async () => {
        const outputs = await kind.apply("uploads", inputs(), call());
        const other = { ...inputs(), name: "other" };
        await kind.apply("other", other, call());
        for (const name of ["uploads", "other"]) {
            for (const key of ["a", "b"]) await kind.put(name, key, Buffer.from(key), "text/plain");
        }
        await kind.stop();
        const of = (...names: string[]) => join(folder, "blob", "uploads", ...names);
        const whole = readFileSync(of("journal"));
        const restart = async () => {
            await kind.stop();
            kind = bucketKind(host);
            await kind.apply("other", other, call(true));
            return kind.apply("uploads", inputs(), call(true));
        };

        // Cut to half, as far as can be read: what was named after that is put aside, and can be brought back.
        writeFileSync(of("journal"), whole.subarray(0, whole.length - 10));
        await restart();
        expect(reports.join()).to.match(/the end of its journal could not be read.*journal.broken and data.broken of/);
        expect(readdirSync(of("data.broken"))).to.have.length(1);
        expect(readdirSync(of("data"))).to.have.length(1);
        await kind.stop();
        for (const name of readdirSync(of("data.broken"))) renameSync(of("data.broken", name), of("data", name));

        writeFileSync(of("journal"), Buffer.alloc(whole.length, "\0\xffgarbage{", "latin1"));
        const refused = await restart().catch((error: Error) => error);
        expect(refused).to.be.instanceOf(Refusal);
        expect((refused as Error).message).to.match(/journal: none of its lines can be read: put its backup there, or/);
        expect(
            await kind.read("uploads", { inputs: inputs(), outputs }).catch((error: Error) => error),
        ).to.be.instanceOf(Refusal);
        await kind.put("other", "c", Buffer.from("c"), "text/plain");
        expect(readdirSync(of("data"))).to.have.length(2);
        writeFileSync(of("journal"), whole);
        await kind.apply("uploads", inputs(), call(true));
        expect(await kind.read("uploads", { inputs: inputs(), outputs })).to.not.equal(undefined);
        await kind.stop();
        writeFileSync(of("journal"), "garbage");
        await restart().catch(() => undefined);
        await kind.remove("uploads", inputs({ forceDestroy: true }));
        expect(existsSync(of())).to.equal(false);
    });

    it("serves by its permits, changes in place, and comes back after a restart", async () => {
        const outputs = await kind.apply("uploads", inputs(), call());
        const endpoint = `http://127.0.0.1:${port}`;
        const url = `s3://uploads?region=local&endpoint=${encodeURIComponent(endpoint)}`;
        expect(outputs).to.deep.equal({ bucket: "uploads", endpoint, region: "local", url });
        const [writer, reader] = [client(endpoint, ["write"]), client(endpoint, ["read"])];
        const put = new s3.PutObjectCommand({ Bucket: "uploads", Key: "k", Body: "x" });
        await writer.send(put);
        expect(await faultOf(reader.send(put))).to.equal("403 AccessDenied");
        expect(await faultOf(client(endpoint, ["write"], "other").send(put))).to.equal("403 AccessDenied");

        const changed = inputs({ versioned: true, lifecycle: [{ prefix: "tmp/", expireAfterDays: 3 }] });
        expect(await kind.apply("uploads", changed, { ...call(), previous: inputs() })).to.deep.equal(outputs);
        const { Status } = await reader.send(new s3.GetBucketVersioningCommand({ Bucket: "uploads" }));
        expect(Status).to.equal("Enabled");
        const { Rules } = await reader.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket: "uploads" }));
        expect(Rules?.[0]).to.deep.include({ Expiration: { Days: 3 }, Filter: { Prefix: "tmp/" } });

        await kind.stop();
        kind = bucketKind(host);
        expect(await kind.apply("uploads", changed, call(true))).to.deep.equal(outputs);
        const back = await reader.send(new s3.GetObjectCommand({ Bucket: "uploads", Key: "k" }));
        expect(await back.Body?.transformToString()).to.equal("x");
        expect(metrics).to.include('blob_requests_total 1 {"bucket":"uploads","op":"PutObject","status":"200"}');
        expect(metrics).to.include('blob_objects 1 {"bucket":"uploads"}');
        expect(reports).to.deep.equal([]);
    });

    it("shows what was changed by hand", async () => {
        const { endpoint } = await kind.apply("uploads", inputs(), call());
        const outputs = await kind.apply("uploads", inputs(), call());
        const manager = client(endpoint, ["manage"]);
        const VersioningConfiguration = { Status: "Enabled" as const };
        await manager.send(new s3.PutBucketVersioningCommand({ Bucket: "uploads", VersioningConfiguration }));
        expect(await kind.read("uploads", { inputs: inputs(), outputs })).to.deep.equal({
            inputs: inputs({ versioned: true }),
            outputs,
        });
        await manager.send(new s3.DeleteBucketCommand({ Bucket: "uploads" }));
        expect(await kind.read("uploads", { inputs: inputs(), outputs })).to.equal(undefined);
        expect(await kind.apply("uploads", inputs(), call(true))).to.deep.equal(outputs);
        expect(await kind.read("uploads", { inputs: inputs(), outputs })).to.equal(undefined);
        expect(reports.join()).to.match(/data are gone/);
        await kind.apply("uploads", inputs(), call());
        expect(await kind.read("uploads", { inputs: inputs(), outputs })).to.deep.equal({ inputs: inputs(), outputs });
    });

    it("loses no objects unless told to, and gives the port back with the last bucket", async () => {
        const { endpoint } = await kind.apply("uploads", inputs(), call());
        await kind.apply("films", inputs({ name: "films" }), call());
        const writer = client(endpoint, ["write"]);
        await writer.send(new s3.PutObjectCommand({ Bucket: "uploads", Key: "k", Body: "xyz" }));
        const refusal = await kind.remove("uploads", inputs()).catch((error: unknown) => error);
        expect(refusal)
            .to.be.instanceOf(Refusal)
            .with.property("message")
            .that.matches(/1 object \(3 bytes\).*forceDestroy/);
        await writer
            .send(new s3.GetObjectCommand({ Bucket: "uploads", Key: "k" }))
            .then(({ Body }) => Body?.transformToString());
        await kind.remove("films", inputs({ name: "films" }));
        await kind.remove("films", inputs({ name: "films" }));
        expect(released).to.deep.equal([]);
        await kind.remove("uploads", inputs({ forceDestroy: true }));
        expect(released).to.deep.equal(["blob"]);
        expect(await fetch(endpoint).catch(() => "refused")).to.equal("refused");
        await kind.remove("uploads", undefined);
    });

    it("refuses a taken port and a taken name, and serves when they are free", async () => {
        const other = createServer().listen(port, "127.0.0.1");
        await new Promise((done) => other.once("listening", done));
        const refusal = await kind.apply("uploads", inputs(), call()).catch((error: unknown) => error);
        expect(refusal).to.be.instanceOf(Refusal).with.property("message").that.contains(`port ${port}`);
        await new Promise((done) => other.close(done));
        await kind.apply("uploads", inputs(), call());
        const taken = await kind.apply("second", inputs(), call()).catch((error: unknown) => error);
        expect(taken).to.be.instanceOf(Refusal).with.property("message").that.contains("taken by Bucket uploads");
    });

    it("answers a request whose bucket is removed meanwhile", async () => {
        const { endpoint } = await kind.apply("uploads", inputs(), call());
        await kind.apply("films", inputs({ name: "films" }), call());
        const writer = client(endpoint, ["write"]);
        const sent = Array.from({ length: 40 }, (_, at) =>
            faultOf(
                writer.send(new s3.PutObjectCommand({ Bucket: "uploads", Key: `k${at}`, Body: Buffer.alloc(200_000) })),
            ),
        );
        await Promise.race(sent);
        await kind.remove("uploads", inputs({ forceDestroy: true }));
        for (const fault of await Promise.all(sent)) expect(fault).to.be.oneOf(["none", "404 NoSuchBucket"]);
        expect(reports).to.deep.equal([]);
    });

    it("names each wrong input", async () => {
        const bad = inputs({
            name: "No",
            lifecycle: [{ prefix: "", expireAfterDays: 0 }],
            cors: [{ origins: ["*.*"], methods: ["PATCH"], headers: [], maxAgeSeconds: 0 }],
        });
        const faults = (await kind.check?.(bad))?.faults.map(({ input }) => input);
        expect(faults).to.deep.equal(["name", "lifecycle[0].expireAfterDays", "cors[0].methods", "cors[0].origins"]);
        expect((await kind.check?.(inputs()))?.faults).to.deep.equal([]);
    });
});

async function freePort(): Promise<number> {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((done) => server.once("listening", done));
    const address = server.address();
    await new Promise((done) => server.close(done));
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
}
