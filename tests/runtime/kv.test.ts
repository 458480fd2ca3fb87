import { expect } from "chai";
import { type TableInputs, tableKind } from "../../agent/kv/table";
import { RuntimeError } from "../../runtime/errors";
import { type KV, openKV } from "../../runtime/kv";
import { conformKV } from "../conformance-runtime/kv";
import { call, testHost } from "../kv/host";
import { keepEnvironment } from "../support/environment";

const host = testHost();
const kind = tableKind(host);
const opened: KV[] = [];
const putBack = keepEnvironment("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");

const open = async (id: string, more: Partial<TableInputs> = {}): Promise<KV> => {
    const { url } = await kind.apply(
        id,
        {
            name: id,
            partitionKey: { name: "pk", type: "string" },
            ttl: "expires",
            pointInTimeRecovery: false,
            forceDestroy: true,
            ...more,
        },
        call,
    );
    const identity = host.identities.issue(
        "Container/web",
        ["plain", "sorted", "missing"].map((each) => ({ kind: "Table", id: each, access: ["write"] })),
    );
    process.env.AWS_ACCESS_KEY_ID = identity.accessKeyId;
    process.env.AWS_SECRET_ACCESS_KEY = identity.secretAccessKey;
    const kv = await openKV(url);
    opened.push(kv);
    return kv;
};

conformKV({
    name: "DynamoDB's protocol, on one machine",
    open: (sorted) => open(sorted ? "sorted" : "plain", sorted ? { sortKey: { name: "sk", type: "string" } } : {}),
    async openMissing() {
        const kv = await open("missing");
        await kind.remove("missing", undefined);
        return kv;
    },
    openDenied: () => open("other"),
    async close() {
        opened.forEach((kv) => kv.close());
        await kind.stop();
        host.clean();
        putBack();
    },
});

describe("openKV", () => {
    it("refuses a URL that it cannot open, and says what one looks like", async () => {
        for (const url of [
            undefined,
            "",
            "nonsense",
            "redis://x",
            "dynamodb://t",
            "dynamodb://t?partition_key=value",
        ]) {
            const error = await openKV(url).catch((caught: unknown) => caught);
            expect(error, url).to.be.instanceOf(RuntimeError);
            expect(error).to.include({ code: "Invalid" });
        }
    });

    it("says that nothing answers", async () => {
        process.env.AWS_ACCESS_KEY_ID = process.env.AWS_SECRET_ACCESS_KEY = "x";
        const kv = await openKV("dynamodb://t?region=local&partition_key=pk&endpoint=http%3A%2F%2F127.0.0.1%3A9");
        expect(await kv.get("x").catch((caught: unknown) => caught)).to.include({ code: "Unavailable" });
        kv.close();
        putBack();
    });
});
