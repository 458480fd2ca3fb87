// What runs in the containers of these tests: it does what it is told to, as who it is, and says how that went. It is
// bundled into one file, and knows nothing but its environment.
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createRawServer } from "node:net";
import { text } from "node:stream/consumers";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, GetItemCommand, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { DecryptCommand, EncryptCommand, KMSClient, SignCommand, VerifyCommand } from "@aws-sdk/client-kms";
import {
    DeleteObjectCommand,
    GetObjectCommand,
    ListObjectsV2Command,
    PutObjectCommand,
    S3Client,
} from "@aws-sdk/client-s3";
import { Client } from "pg";
import { openMetric } from "../../../runtime/metric";

const { env } = process;

/** A URL of the form that links have: `s3://uploads?region=local&endpoint=…`. */
function opened(url: string) {
    const { hostname, searchParams } = new URL(url);
    return { id: hostname, region: "local", endpoint: searchParams.get("endpoint")!, maxAttempts: 1 };
}
const s3 = (url: string) => new S3Client({ ...opened(url), forcePathStyle: true });
const kv = (url: string) => new DynamoDBClient(opened(url));
const kms = (url: string) => new KMSClient(opened(url));
const SigningAlgorithm = "ECDSA_SHA_256";

/** What it can do. Arguments that begin with $ are variables of its own. */
const deeds: Record<string, (...args: string[]) => Promise<unknown>> = {
    env: async () => ({ ...env }),
    file: async (path) => ({ text: fs.readFileSync(path, "utf8"), mode: (fs.statSync(path).mode & 0o777).toString(8) }),
    write: async (path, content) => fs.writeFileSync(path, content),
    ps: async () => execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }),
    say: async (line) => console.log(line),
    fetch: async (url) => (await fetch(url)).text(),
    sql: async (url, query) => {
        const client = new Client({ connectionString: url });
        await client.connect();
        try {
            return (await client.query(query)).rows;
        } finally {
            await client.end();
        }
    },
    put: async (url, Bucket, Key, Body) => void (await s3(url).send(new PutObjectCommand({ Bucket, Key, Body }))),
    get: async (url, Bucket, Key) =>
        (await s3(url).send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString(),
    list: async (url, Bucket) => (await s3(url).send(new ListObjectsV2Command({ Bucket }))).Contents?.length ?? 0,
    delete: async (url, Bucket, Key) => void (await s3(url).send(new DeleteObjectCommand({ Bucket, Key }))),
    putItem: async (url, TableName, key, value) => {
        await kv(url).send(new PutItemCommand({ TableName, Item: { key: { S: key }, value: { S: value } } }));
    },
    getItem: async (url, TableName, key) =>
        (await kv(url).send(new GetItemCommand({ TableName, Key: { key: { S: key } } }))).Item?.value?.S,
    scan: async (url, TableName) => (await kv(url).send(new ScanCommand({ TableName }))).Count,
    encrypt: async (url, KeyId, plain) => {
        const { CiphertextBlob } = await kms(url).send(new EncryptCommand({ KeyId, Plaintext: Buffer.from(plain) }));
        return Buffer.from(CiphertextBlob!).toString("base64");
    },
    decrypt: async (url, KeyId, sealed) => {
        const command = new DecryptCommand({ KeyId, CiphertextBlob: Buffer.from(sealed, "base64") });
        return Buffer.from((await kms(url).send(command)).Plaintext!).toString();
    },
    sign: async (url, KeyId, message) => {
        const command = new SignCommand({ KeyId, Message: Buffer.from(message), SigningAlgorithm });
        return Buffer.from((await kms(url).send(command)).Signature!).toString("base64");
    },
    verify: async (url, KeyId, message, signature) => {
        const Signature = Buffer.from(signature, "base64");
        const command = new VerifyCommand({ KeyId, Message: Buffer.from(message), Signature, SigningAlgorithm });
        return (await kms(url).send(command)).SignatureValid;
    },
    /** Texts of a log, asked for as on AWS: the client finds by itself whom to ask. */
    search: async (logGroupName, filterPattern, endpoint) => {
        const { events } = await new CloudWatchLogsClient(endpoint ? { endpoint } : {}).send(
            new FilterLogEventsCommand({ logGroupName, filterPattern }),
        );
        return events?.map(({ message }) => message);
    },
    /** Counts as an app does. */
    count: async (url, value) => {
        const metric = openMetric(url);
        metric.add(Number(value));
        await metric.flush();
    },
    /** Sends one number over OTLP, as JSON. */
    metric: async (name, value) => {
        const point = {
            asDouble: Number(value),
            timeUnixNano: `${Date.now()}000000`,
            startTimeUnixNano: `${Date.now()}000000`,
        };
        const sum = { dataPoints: [point], aggregationTemporality: 1, isMonotonic: true };
        return otlp("metrics", { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name, sum }] }] }] });
    },
    /** Sends one line over OTLP. */
    record: async (line) => {
        const logRecords = [{ timeUnixNano: `${Date.now()}000000`, body: { stringValue: line } }];
        return otlp("logs", { resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
    },
};

async function otlp(what: string, message: object): Promise<unknown> {
    const headers = (env.OTEL_EXPORTER_OTLP_HEADERS ?? "").split(",").map((pair) => {
        const [name, value] = pair.split("=");
        return [name, decodeURIComponent(value ?? "")] as [string, string];
    });
    const response = await fetch(`${env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/${what}`, {
        method: "POST",
        headers: [...headers, ["content-type", "application/json"]],
        body: JSON.stringify(message),
    });
    return { status: response.status, text: await response.text() };
}

async function answer(request: IncomingMessage): Promise<object> {
    const [deed, ...args] = JSON.parse(await text(request)) as string[];
    try {
        if (!deeds[deed]) throw new Error(`no deed ${deed}`);
        const real = args.map((arg) => (/^\$[A-Z]/.test(arg) ? (env[arg.slice(1)] ?? missing(arg)) : arg));
        return { done: (await deeds[deed](...real)) ?? null };
    } catch (error) {
        const { name, message, code } = error as Error & { code?: string };
        return { refused: `${name}: ${message}`, code };
    }
}

function missing(arg: string): never {
    throw new Error(`there is no variable ${arg}`);
}

const [mode] = process.argv.slice(2);
if (mode === "once") {
    console.log(`once: ${env.GREETING} ${env.DB_HOST ?? "without a database"}`);
} else if (mode === "fail") {
    console.error(`it cannot be: ${env.REASON}`);
    process.exitCode = 3;
} else if (mode === "beside") {
    console.log(
        `beside: ${env.ROLE} ${Object.keys(env)
            .filter((name) => name.startsWith("SHARED"))
            .join(" ")}`,
    );
    setInterval(() => undefined, 60_000);
} else {
    console.log(`begun: ${mode ?? "plain"} ${env.GREETING ?? ""}`);
    const web = createServer((request, response) => {
        if (request.url === "/healthz" || request.url === "/livez") return response.end(request.url);
        if (request.method !== "POST") return response.end(`${env.GREETING ?? "?"} ${mode ?? "plain"} ${request.url}`);
        void answer(request).then((result) => response.end(JSON.stringify(result)));
    });
    web.listen(Number(env.PORT ?? 0), "127.0.0.1");
    if (env.RAW_PORT) {
        const raw = createRawServer((socket) => void socket.on("error", () => socket.destroy()).pipe(socket));
        raw.listen(Number(env.RAW_PORT), "127.0.0.1");
    }
    process.once("SIGTERM", () => {
        console.log("told to end");
        setTimeout(() => process.exit(0), Number(env.LINGER ?? 0));
    });
}
