import { type Host, Refusal } from "../kind";
import { allows } from "../identity/permits";
import { Locks } from "./disk";
import { lifecycleTimer } from "./lifecycle";
import { type BlobServer, type Observation, serveBlobs } from "./server";
import { BlobStore } from "./store";

/** BlobService is the server of all buckets: it starts with the first of them, and ends with the last. */
export class BlobService {
    private running: Running | undefined;
    private readonly owners = new Map<string, string>();
    private readonly locks = new Locks();

    constructor(private readonly host: Host) {}

    /** Unset while there is no bucket. */
    get store(): BlobStore | undefined {
        return this.running?.store;
    }

    /** The id of the resource which the bucket is of. */
    ownerOf(bucket: string): string | undefined {
        return this.owners.get(bucket);
    }

    /** The name of the bucket of the resource `id`. */
    nameOf(id: string): string | undefined {
        return [...this.owners].find(([, owner]) => owner === id)?.[0];
    }

    /** Serves for `bucket`, which the resource `id` is. */
    async join(bucket: string, id: string): Promise<{ store: BlobStore; endpoint: string }> {
        return this.locks.with("service", async () => {
            const owner = this.owners.get(bucket);
            if (owner !== undefined && owner !== id) {
                throw new Refusal(`Bucket ${id}: the name "${bucket}" is taken by Bucket ${owner}: choose another.`);
            }
            this.running ??= await this.start(id);
            this.owners.set(bucket, id);
            this.weigh(this.running.store, bucket);
            return { store: this.running.store, endpoint: `http://127.0.0.1:${this.running.server.port}` };
        });
    }

    async leave(bucket: string): Promise<void> {
        await this.locks.with("service", async () => {
            this.owners.delete(bucket);
            if (this.owners.size > 0 || !this.running) return;
            await this.end();
            this.host.releasePort("blob");
        });
    }

    async stop(): Promise<void> {
        await this.locks.with("service", () => this.end());
    }

    private async start(id: string): Promise<Running> {
        const { host } = this;
        const port = await host.port("blob");
        const store = await BlobStore.open(host.folder("blob"), (line) => host.report(line));
        try {
            const server = await serveBlobs({
                store,
                port,
                find: (accessKeyId) => host.identities.find(accessKeyId),
                authorize: (accessKeyId, verb, bucket) => {
                    const identity = host.identities.find(accessKeyId);
                    const owner = this.owners.get(bucket);
                    return identity !== undefined && owner !== undefined && allows(identity, "Bucket", owner, verb);
                },
                observe: (request) => this.measure(store, request),
                report: (line) => host.report(line),
            });
            const endTimer = lifecycleTimer(store, (line) => host.report(line));
            const weigh = setInterval(
                () => store.buckets.forEach(({ name }) => this.weigh(store, name)),
                WEIGH,
            ).unref();
            return { store, server, endTimers: () => (clearInterval(weigh), endTimer()) };
        } catch (error) {
            await store.close();
            if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
            throw new Refusal(
                `Bucket ${id}: port ${port} of 127.0.0.1 is taken by another program: end it (\`ss -ltnp\` names it), and try again.`,
            );
        }
    }

    private async end(): Promise<void> {
        const { running } = this;
        this.running = undefined;
        if (!running) return;
        running.endTimers();
        await running.server.close();
        await running.store.close();
    }

    private measure(store: BlobStore, { bucket = "", operation, status, seconds }: Observation): void {
        const { metrics } = this.host;
        metrics.count("blob_requests_total", 1, { bucket, op: operation, status: String(status) });
        metrics.observe("blob_request_seconds", seconds, { bucket, op: operation });
        this.weigh(store, bucket);
    }

    private weigh(store: BlobStore, bucket: string): void {
        const state = store.find(bucket)?.state;
        if (!state) return;
        this.host.metrics.gauge("blob_objects", state.objects, { bucket });
        this.host.metrics.gauge("blob_bytes", state.bytes, { bucket });
    }
}

/** How often sizes are told when nobody asks for anything, in milliseconds: an alarm may look at each minute. */
const WEIGH = 30_000;

interface Running {
    readonly store: BlobStore;
    readonly server: BlobServer;
    endTimers(): void;
}
