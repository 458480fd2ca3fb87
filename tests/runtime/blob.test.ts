import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BlobServer, serveBlobs } from "../../agent/blob/server";
import { BlobStore } from "../../agent/blob/store";
import { openBlob } from "../../runtime/blob";
import { type ErrorCode, loadPackage, RuntimeError } from "../../runtime/errors";
import { conformBlob } from "../conformance-runtime/blob";
import { keepEnvironment } from "../support/environment";

const putBack = keepEnvironment("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
let folder: string;
let store: BlobStore;
let server: BlobServer;

conformBlob({
    name: "local",
    async start() {
        become("AKAPP");
        folder = mkdtempSync(join(tmpdir(), "mvi-runtime-blob-"));
        store = await BlobStore.open(folder, (line) => expect.fail(line));
        await store.create("uploads");
        server = await serveBlobs({
            store,
            port: 0,
            find: () => ({ secretAccessKey: "secret" }),
            authorize: (id, verb, bucket) => bucket === "uploads" && (verb === "read" || id === "AKAPP"),
            report: (line) => expect.fail(line),
        });
        return { url: at("uploads"), absent: at("absent") };
    },
    async openReader() {
        become("AKREADER");
        const reader = await openBlob(at("uploads"));
        await reader.exists("k"); // The credentials are looked up at the first use, and kept.
        become("AKAPP");
        return reader;
    },
    async end() {
        await server.close();
        await store.close();
        rmSync(folder, { recursive: true });
        putBack();
    },
});

describe("openBlob", () => {
    it("says what is wrong with a URL", async () => {
        expect(await faultOf(undefined)).to.match(/^Invalid: .*s3:\/\/.*Is the app linked/);
        expect(await faultOf("uploads")).to.match(
            /^Invalid: openBlob: the URL is "uploads": it must begin with s3:\/\/, gs:\/\/\./,
        );
        expect(await faultOf("ftp://uploads")).to.match(/^Invalid: .*no driver for "ftp:\/\/". Known are: s3:\/\//);
        expect(await faultOf("constructor://x")).to.match(/^Invalid: .*no driver/);
        expect(await faultOf("s3://uploads/inner")).to.match(/\?prefix=/);
        expect(await faultOf("s3://uploads?regio=x")).to.match(/unknown parameter "regio"/);
        expect(await faultOf("s3://uploads?endpoint=file:///x")).to.match(/endpoint must be/);
    });

    it("says that a service does not answer", async () => {
        become("AKAPP");
        const blob = await openBlob("s3://uploads?region=local&endpoint=http%3A%2F%2F127.0.0.1%3A1");
        const fault = await blob.get("k").catch((error: unknown) => error);
        expect(fault)
            .to.be.instanceOf(RuntimeError)
            .with.property("code", "Unavailable" satisfies ErrorCode);
        expect(fault)
            .to.have.property("message")
            .that.matches(/^s3:\/\/uploads\/k: get: /);
        blob.close();
        putBack();
    });

    it("names the command that installs a missing package", async () => {
        const absent = "@mvi-test/absent";
        const fault = await loadPackage(["@mvi-test/other", absent], () => import(absent)).catch(
            (error: unknown) => error,
        );
        expect(fault).to.be.instanceOf(RuntimeError).with.property("code", "NotInstalled");
        expect(fault).to.have.property("message").that.contains("npm install @mvi-test/other @mvi-test/absent");
    });
});

function at(bucket: string): string {
    return `s3://${bucket}?region=local&endpoint=${encodeURIComponent(`http://127.0.0.1:${server.port}`)}`;
}

function become(accessKeyId: string): void {
    process.env.AWS_ACCESS_KEY_ID = accessKeyId;
    process.env.AWS_SECRET_ACCESS_KEY = "secret";
}

async function faultOf(url: string | undefined): Promise<string> {
    try {
        (await openBlob(url)).close();
        return "none";
    } catch (error) {
        return error instanceof RuntimeError ? `${error.code}: ${error.message}` : String(error);
    }
}
