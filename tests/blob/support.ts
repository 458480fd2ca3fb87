import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { allows } from "../../agent/identity/permits";
import { type Permit } from "../../agent/kind";
import { type BlobServer, type Observation, serveBlobs } from "../../agent/blob/server";
import { BlobStore } from "../../agent/blob/store";

/** Fixture is a real server over a folder of its own, and real clients of it. */
export interface Fixture {
    readonly folder: string;
    readonly store: BlobStore;
    readonly server: BlobServer;
    readonly endpoint: string;
    readonly reports: string[];
    readonly observed: Observation[];
    /** May do everything. */
    readonly s3: S3Client;
    /** A client with these permits on buckets. */
    as(permits: Readonly<Record<string, readonly string[]>>, config?: S3ClientConfig): S3Client;
    /** Ends the server and starts another over the same folder. */
    restart(): Promise<void>;
    end(): Promise<void>;
}

export async function fixture(within = tmpdir()): Promise<Fixture> {
    const folder = mkdtempSync(join(within, "mvi-blob-"));
    const identities = new Map<string, { secretAccessKey: string; permits: Permit[]; all?: boolean }>();
    identities.set("AKALL", { secretAccessKey: "all", permits: [], all: true });
    const [reports, observed]: [string[], Observation[]] = [[], []];
    const clients: S3Client[] = [];
    let store: BlobStore;
    let server: BlobServer;
    const start = async (port: number) => {
        store = await BlobStore.open(folder, (line) => reports.push(line));
        server = await serveBlobs({
            store,
            port,
            find: (id) => identities.get(id),
            authorize(id, verb, bucket) {
                const identity = identities.get(id);
                return identity !== undefined && (identity.all === true || allows(identity, "Bucket", bucket, verb));
            },
            observe: (request) => observed.push(request),
            report: (line) => reports.push(line),
        });
    };
    await start(0);
    const stop = async () => {
        await server.close();
        await store.close();
    };
    const endpoint = `http://127.0.0.1:${server!.port}`;
    const client = (accessKeyId: string, secretAccessKey: string, config: S3ClientConfig = {}) => {
        const credentials = { accessKeyId, secretAccessKey };
        const made = new S3Client({
            endpoint,
            region: "local",
            forcePathStyle: true,
            maxAttempts: 1,
            credentials,
            ...config,
        });
        clients.push(made);
        return made;
    };
    return {
        folder,
        get store() {
            return store;
        },
        get server() {
            return server;
        },
        endpoint,
        reports,
        observed,
        s3: client("AKALL", "all"),
        as(permits, config) {
            const id = `AK${identities.size}`;
            const list = Object.entries(permits).map(([bucket, access]) => ({ kind: "Bucket", id: bucket, access }));
            identities.set(id, { secretAccessKey: `secret${id}`, permits: list });
            return client(id, `secret${id}`, config);
        },
        async restart() {
            const { port } = server;
            await stop();
            await start(port);
        },
        async end() {
            for (const one of clients) one.destroy();
            await stop();
            rmSync(folder, { recursive: true, force: true });
        },
    };
}

/** The code and the status of the fault that `promise` ends with; "none" if it ends well. */
export async function faultOf(promise: Promise<unknown>): Promise<string> {
    try {
        await promise;
        return "none";
    } catch (error) {
        const { name, Code, $metadata } = error as {
            name: string;
            Code?: string;
            $metadata?: { httpStatusCode?: number };
        };
        return `${$metadata?.httpStatusCode ?? "?"} ${Code ?? name}`;
    }
}
