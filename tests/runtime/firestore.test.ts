import { expect } from "chai";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { RuntimeError } from "../../runtime/errors";
import { type KV, openKV } from "../../runtime/kv";
import { conformKV } from "../conformance-runtime/kv";
import { keepEnvironment } from "../support/environment";
import { findFirestore, FirestoreEmulator } from "./firestore-emulator";

const found = findFirestore();
const opened: KV[] = [];
let emulator: FirestoreEmulator | undefined;
let absent: Server | undefined;

async function open(endpoint: string, more: string): Promise<KV> {
    const kv = await openKV(
        `firestore://data-1?project=demo&partition_key=pk&ttl=expires&endpoint=${encodeURIComponent(endpoint)}${more}`,
    );
    opened.push(kv);
    return kv;
}

const start = async () => (emulator ??= await FirestoreEmulator.start(found!)).endpoint;

if (!found) {
    describe("key-values: Firestore's emulator", () => {
        it("is not tried here: there is no java, or no `gcloud components install cloud-firestore-emulator`");
    });
} else {
    conformKV({
        name: "Firestore's emulator",
        open: async (sorted) => open(await start(), sorted ? "&collection=sorted&sort_key=sk" : ""),
        async openMissing() {
            // The emulator has every database that is asked for: this answers as Firestore does for one that is not there.
            absent = createServer((request, response) => {
                request.resume();
                const message = "The database data-1 does not exist for project demo";
                response.writeHead(404, { "content-type": "application/json" });
                response.end(JSON.stringify([{ error: { code: 404, message, status: "NOT_FOUND" } }]));
            });
            await new Promise<void>((next) => absent!.listen(0, "127.0.0.1", next));
            return open(`http://127.0.0.1:${(absent.address() as AddressInfo).port}`, "");
        },
        openDenied: async () => open(await start(), "&collection=denied"),
        async close() {
            opened.forEach((kv) => kv.close());
            absent?.closeAllConnections();
            absent?.close();
            await emulator?.end();
        },
    });

    describe("openKV on Firestore's emulator", function () {
        before(async () => {
            emulator = undefined;
            await start();
        });
        after(() => emulator?.end());

        it("finds beginnings at the ends of Unicode", async () => {
            const kv = await open(await start(), "&collection=ends");
            const names = ["\ud7ff", "\ud7ffx", "\ue000", "\u{10ffff}", "\u{10ffff}x", "a\u{10ffff}x", "b"];
            for (const name of names) await kv.put(name, 1);
            const list = async (prefix: string) => {
                const keys: unknown[] = [];
                for await (const { key } of kv.list({ prefix })) keys.push(key);
                return keys;
            };
            expect(await list("\ud7ff")).to.deep.equal(["\ud7ff", "\ud7ffx"]);
            expect(await list("\u{10ffff}")).to.deep.equal(["\u{10ffff}", "\u{10ffff}x"]);
            expect(await list("a\u{10ffff}")).to.deep.equal(["a\u{10ffff}x"]);
        });

        it("lists more than a page, each entry once", async function () {
            this.timeout(60_000);
            const kv = await open(await start(), "&collection=many");
            const names = Array.from({ length: 205 }, (_, at) => String(at).padStart(3, "0"));
            await Promise.all(names.map((name) => kv.put(name, 1)));
            const keys: unknown[] = [];
            for await (const { key } of kv.list()) keys.push(key);
            expect(keys).to.deep.equal(names);
        });
    });
}

describe("openKV on Firestore", () => {
    it("refuses a URL that it cannot open, and says what one looks like", async () => {
        for (const url of [
            "firestore://data-1",
            "firestore://?partition_key=pk",
            "firestore://data-1/entries?partition_key=pk",
            "firestore://data-1?partition_key=value",
            "firestore://data-1?partition_key=pk&ttl=a.b",
            "firestore://data-1?partition_key=pk&endpoint=localhost",
        ]) {
            const error = await openKV(url).catch((caught: unknown) => caught);
            expect(error, url).to.be.instanceOf(RuntimeError);
            expect(error).to.include({ code: "Invalid" });
            expect(error).to.have.property("message").that.includes("firestore://<database>?project=");
        }
    });

    it("says that there are no credentials", async function () {
        this.timeout(20_000);
        const putBack = keepEnvironment(
            "GOOGLE_APPLICATION_CREDENTIALS",
            "METADATA_SERVER_DETECTION",
            "CLOUDSDK_CONFIG",
        );
        delete process.env.GOOGLE_APPLICATION_CREDENTIALS;
        Object.assign(process.env, { METADATA_SERVER_DETECTION: "none", CLOUDSDK_CONFIG: "/nonexistent" });
        try {
            for (const project of ["&project=demo", ""]) {
                const kv = await openKV(`firestore://data-1?partition_key=pk${project}`);
                expect(await kv.get("x").catch((caught: unknown) => caught)).to.include({ code: "Denied" });
            }
        } finally {
            putBack();
        }
    });

    it("says that nothing answers", async function () {
        this.timeout(20_000);
        const kv = await open("http://127.0.0.1:9", "");
        expect(await kv.get("x").catch((caught: unknown) => caught)).to.include({ code: "Unavailable" });
    });
});
