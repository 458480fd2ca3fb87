import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type EngineEvent } from "@pulumi/pulumi/automation";
import { openVault } from "../../agent/core/vault";
import { openIdentities } from "../../agent/identity/identities";
import { type Identity } from "../../agent/kind";
import { Bucket, Table } from "../../providers/local/kinds";
import { refusal, type TestAgent, until } from "../agent/harness";
import { pulumiHome, steps } from "./harness";

describe("a bucket and a table, through Pulumi's engine", function () {
    this.timeout(180_000);
    let home: ReturnType<typeof pulumiHome>;
    beforeEach(() => (home = pulumiHome({ MVI_KINDS: "" })));
    afterEach(() => home.close());

    it("serve AWS's own clients, keep data over updates and kill -9, heal, and go", async () => {
        let versioned = false;
        const stack = await home.stack(async () => {
            const bucket = new Bucket("uploads-bucket", {
                name: "uploads",
                versioned,
                lifecycle: [],
                cors: [],
                forceDestroy: true,
            });
            const table = new Table("carts", {
                name: "carts",
                partitionKey: { name: "id", type: "string" },
                pointInTimeRecovery: false,
                forceDestroy: true,
            });
            return { s3: bucket.endpoint, kv: table.endpoint };
        });
        const { outputs } = await stack.up();
        await stack.preview({ expectNoChanges: true });
        const agent = home.agent();
        const { accessKeyId, secretAccessKey } = await identity(agent);
        const options = { region: "local", credentials: { accessKeyId, secretAccessKey } };
        const s3 = new S3Client({ ...options, endpoint: outputs.s3.value as string, forcePathStyle: true });
        const kv = new DynamoDBClient({ ...options, endpoint: outputs.kv.value as string });
        const Key = { id: { S: "cart" } };

        await s3.send(new PutObjectCommand({ Bucket: "uploads", Key: "a.txt", Body: "hello" }));
        await kv.send(new PutItemCommand({ TableName: "carts", Item: { ...Key, sum: { N: "3" } } }));
        versioned = true;
        const events: EngineEvent[] = [];
        await stack.up({ onEvent: (event) => events.push(event) });
        expect(steps(events)).to.deep.equal(["update uploads-bucket"]);
        const killed = agent.kill("agent");
        await until("it is back", async () => (await agent.status()).pid !== killed);
        await serving(agent);
        const object = await s3.send(new GetObjectCommand({ Bucket: "uploads", Key: "a.txt" }));
        expect(await object.Body!.transformToString()).to.equal("hello");
        const { Item } = await kv.send(new GetItemCommand({ TableName: "carts", Key }));
        expect(Item).to.deep.equal({ ...Key, sum: { N: "3" } });

        await stop(agent);
        fs.rmSync(path.join(agent.place.folder, "data", "blob"), { recursive: true });
        await stack.refresh();
        const healing: EngineEvent[] = [];
        await stack.up({ onEvent: (event) => healing.push(event) });
        expect(steps(healing)).to.deep.equal(["create uploads-bucket"]);
        await s3.send(new PutObjectCommand({ Bucket: "uploads", Key: "a.txt", Body: "again" }));
        await stack.preview({ expectNoChanges: true });

        await stack.destroy();
        expect(fs.existsSync(home.agents)).to.equal(false);
        expect((await refusal(s3.send(new GetObjectCommand({ Bucket: "uploads", Key: "a.txt" })))).name).to.not.equal(
            "NoSuchKey",
        );
        s3.destroy();
        kv.destroy();
    });
});

/** An identity that may use both. Workloads get theirs from the agent; here it is put into its file while it is stopped. */
async function identity(agent: TestAgent): Promise<Identity> {
    await stop(agent);
    const { folder } = agent.place;
    const identities = openIdentities(path.join(folder, "identities.json"), openVault(path.join(folder, "vault.key")));
    const issued = identities.issue("Test/test", [
        { kind: "Bucket", id: "uploads", access: ["write"] },
        { kind: "Table", id: "carts", access: ["write"] },
    ]);
    await agent.start();
    await serving(agent);
    return issued;
}

/** An agent answers before what it keeps is there again. */
function serving(agent: TestAgent): Promise<boolean> {
    return until("all of it serves", async () =>
        (await agent.status()).resources.every(({ state }) => state === "serving"),
    );
}

async function stop(agent: TestAgent): Promise<void> {
    process.kill(agent.pid("agent")!, "SIGTERM");
    await until("it is stopped", () => agent.pid("agent") === undefined);
}
