import { expect } from "chai";
import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes, randomInt } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as s3 from "@aws-sdk/client-s3";

const Bucket = "crash";
const ROUNDS = 20;

describe("S3: kill -9", () => {
    let folder: string;
    let child: ChildProcess | undefined;

    before(() => {
        folder = mkdtempSync(join(tmpdir(), "mvi-blob-kill-"));
    });

    after(() => {
        child?.kill("SIGKILL");
        rmSync(folder, { recursive: true, force: true });
    });

    async function start(): Promise<s3.S3Client> {
        const started = spawn(process.execPath, ["--require", "tsx/cjs", join(__dirname, "serve.ts"), folder], {
            stdio: ["ignore", "pipe", "inherit"],
        });
        child = started;
        const port = await new Promise<string>((resolve, reject) => {
            started.stdout.once("data", (line: Buffer) => resolve(line.toString().trim()));
            started.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
        });
        return new s3.S3Client({
            endpoint: `http://127.0.0.1:${port}`,
            region: "local",
            forcePathStyle: true,
            maxAttempts: 1,
            credentials: { accessKeyId: "AK", secretAccessKey: "secret" },
        });
    }

    async function kill(): Promise<void> {
        const ended = new Promise((done) => child?.once("exit", done));
        child?.kill("SIGKILL");
        await ended;
    }

    it(`keeps every put and delete that was acknowledged, over ${ROUNDS} kills under load`, async function () {
        this.timeout(120_000);
        /** What a key may be: several, if a change was on its way when the server was killed. Undefined: not there. */
        const truth = new Map<string, Set<string | undefined>>();
        let acknowledged = 0;
        let client = await start();
        for (let round = 0; round < ROUNDS; round++) {
            let alive = true;
            const worker = async (number: number) => {
                while (alive) {
                    const Key = `w${number}/${randomInt(12)}`;
                    const before = truth.get(Key) ?? new Set([undefined]);
                    const Body =
                        randomInt(5) === 0
                            ? undefined
                            : randomBytes(randomInt(2) ? randomInt(2000) : randomInt(300_000));
                    const after = Body && sha(Body);
                    truth.set(Key, new Set([...before, after]));
                    try {
                        if (Body) await client.send(new s3.PutObjectCommand({ Bucket, Key, Body }));
                        else await client.send(new s3.DeleteObjectCommand({ Bucket, Key }));
                    } catch (error) {
                        if (alive && (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode)
                            throw error;
                        return;
                    }
                    truth.set(Key, new Set([after]));
                    acknowledged++;
                }
            };
            const workers = Promise.all(Array.from({ length: 6 }, (_, number) => worker(number)));
            await new Promise((done) => setTimeout(done, 50 + randomInt(300)));
            await kill();
            alive = false;
            await workers;
            client.destroy();
            client = await start();
            await Promise.all(
                [...truth].map(async ([Key, may]) => {
                    const found = await read(client, Key);
                    expect(
                        may.has(found),
                        `${Key} in round ${round}: ${found} is none of ${[...may].join(", ")}`,
                    ).to.equal(true);
                    truth.set(Key, new Set([found]));
                }),
            );
            const there = [...truth.values()].filter((may) => !may.has(undefined)).length;
            expect(readdirSync(join(folder, Bucket, "data"))).to.have.length(there);
        }
        client.destroy();
        expect(acknowledged).to.be.greaterThan(ROUNDS * 5);
    });
});

async function read(client: s3.S3Client, Key: string): Promise<string | undefined> {
    try {
        const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key }));
        return sha((await Body?.transformToByteArray()) ?? new Uint8Array());
    } catch (error) {
        if (error instanceof s3.NoSuchKey) return undefined;
        throw error;
    }
}

function sha(data: Uint8Array): string {
    return createHash("sha256").update(data).digest("hex");
}
