// Who knows every key of a workload, and comes by another name or for a page: what is refused is not for want of a signature.
import * as http from "node:http";
import type { LookupFunction } from "node:net";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { type Answer, ask } from "./look";

export type Seen = Pick<Answer, "status" | "headers">;

/** Sends a right request to that port, of the machine of that name, and for a page of that origin. */
export type Send = (port: number, name: string, origin?: string) => Promise<Seen>;

/** @param env - the workload's @param key - what it may encrypt with */
export function rightRequests(
    env: Record<string, string>,
    key: string,
): Record<"S3" | "DynamoDB" | "KMS" | "OTLP", Send> {
    const options = (port: number, name: string) => ({
        region: "local",
        credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
        endpoint: `http://${name}:${port}`,
        requestHandler: { httpAgent: new http.Agent({ lookup }) },
        maxAttempts: 1,
    });
    const token = /^authorization=(.*)$/.exec(env.OTEL_EXPORTER_OTLP_HEADERS)![1];
    return {
        S3: (port, name, origin) =>
            answerTo(
                new S3Client({ ...options(port, name), forcePathStyle: true }),
                new ListObjectsV2Command({ Bucket: "uploads" }),
                origin,
            ),
        DynamoDB: (port, name, origin) =>
            answerTo(new DynamoDBClient(options(port, name)), new ScanCommand({ TableName: "visits" }), origin),
        KMS: (port, name, origin) =>
            answerTo(
                new KMSClient(options(port, name)),
                new EncryptCommand({ KeyId: key, Plaintext: Buffer.from("a") }),
                origin,
            ),
        OTLP: (port, name, origin) =>
            ask(
                port,
                "POST",
                "/v1/logs",
                {
                    host: `${name}:${port}`,
                    authorization: decodeURIComponent(token),
                    "content-type": "application/json",
                    ...(origin && { origin }),
                },
                "{}",
            ),
    };
}

/** Every name leads to this machine, as who owns the name may have it. */
const lookup: LookupFunction = (_name, { all }, found) =>
    all ? found(null, [{ address: "127.0.0.1", family: 4 }]) : found(null, "127.0.0.1", 4);

/** Of a client of AWS's what is used here: they have no common type. */
interface Client {
    readonly middlewareStack: {
        add(
            middleware: (next: (args: Args) => Promise<{ response: unknown }>) => (args: Args) => Promise<unknown>,
            at: { step: string; priority?: string },
        ): void;
    };
    send(command: object): Promise<unknown>;
    destroy(): void;
}

interface Args {
    readonly request: { headers: Record<string, string> };
}

async function answerTo(given: object, command: object, origin?: string): Promise<Seen> {
    const client = given as Client;
    let seen: Seen | undefined;
    const addOrigin = (next: (args: Args) => Promise<{ response: unknown }>) => (args: Args) => {
        if (origin) args.request.headers.origin = origin; // before it is signed
        return next(args);
    };
    client.middlewareStack.add(addOrigin, { step: "build" });
    const look = (next: (args: Args) => Promise<{ response: unknown }>) => async (args: Args) => {
        const result = await next(args);
        const { statusCode, headers } = result.response as { statusCode: number; headers: Seen["headers"] };
        seen = { status: statusCode, headers };
        return result;
    };
    client.middlewareStack.add(look, { step: "deserialize", priority: "low" });
    await client.send(command).catch((error: unknown) => {
        if (!seen) throw error; // else it is the answer
    });
    client.destroy();
    return seen!;
}
