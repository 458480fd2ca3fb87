import { rmSync } from "node:fs";
import { type Server } from "node:http";
import { Mutexes } from "../core/mutex";
import { letGo } from "../core/protect";
import { type Host, type Kind, Refusal } from "../kind";
import { type KeyAttribute } from "./definition";
import { startJsonService, stopJsonService } from "./json-service";
import { kvService } from "./service";
import { Store } from "./store";
import { restore, sweep } from "./upkeep";

export interface TableInputs {
    name: string;
    partitionKey: KeyAttribute;
    sortKey?: KeyAttribute;
    /** Name of the attribute which says, in seconds since 1970, when an item is to go. It goes within a minute. */
    ttl?: string;
    /** Keep every change for 35 days, for {@link TableKind.restore}. */
    pointInTimeRecovery: boolean;
    /** Let a destroy delete a table which still holds items. */
    forceDestroy: boolean;
}

export interface TableOutputs {
    table: string;
    /** `http://127.0.0.1:<port>` */
    endpoint: string;
    region: "local";
    /** What `openKV` of the runtime opens. */
    url: string;
}

export interface TableKind extends Kind<TableInputs, TableOutputs> {
    /**
     * Fills the table `target`, which must be declared with the same keys and be empty, with what `source` held at
     * `time`, in milliseconds since 1970. Gives the number of items.
     *
     * @throws {@link Refusal} if that cannot be.
     */
    restore(source: string, time: number, target: string): Promise<number>;
}

/** The kind of key-value tables: a server of DynamoDB's protocol for all of a stack's, over one file. */
export function tableKind(host: Host): TableKind {
    // The table that each resource has: a name may differ from its id.
    const names = new Map<string, string>();
    const turns = new Mutexes();
    let running: Running | undefined;

    /** Tables are made and removed one at a time: the first starts the server, and the last ends it. */
    const inTurn = <T>(task: () => Promise<T>): Promise<T> => turns.run(OWNER, task);
    const start = async (): Promise<Running> =>
        (running ??= await startServer(host, (table) => [...names].find(([, name]) => name === table)?.[0]));
    const stop = async (): Promise<void> => {
        const ending = running;
        running = undefined;
        await ending?.stop();
    };

    return {
        name: "Table",
        replaceOn: ["name", "partitionKey", "sortKey"],
        stable: { table: [], endpoint: [], region: [], url: ["ttl"] },
        secrets: [],

        apply: (id, inputs, { restoring }) =>
            inTurn(async () => {
                refuseFaults(id, inputs);
                const other = [...names].find(([owner, name]) => name === inputs.name && owner !== id);
                if (other) {
                    throw new Refusal(
                        `Table ${id}: the name ${inputs.name} is that of Table ${other[0]}: choose another`,
                    );
                }
                const { store, endpoint } = await start();
                const { name, partitionKey, sortKey, ttl, pointInTimeRecovery } = inputs;
                if (restoring && !store.table(name)) {
                    // Made anew it would look as if nothing had gone: `read` tells that it has.
                    host.report(`Table ${id}: its data are gone from the disk`);
                } else {
                    await store.declare({ name, partitionKey, sortKey, ttl, pointInTimeRecovery });
                }
                names.set(id, name);
                return { table: name, endpoint, region: "local", url: urlOf(inputs, endpoint) };
            }),

        read: (_id, { inputs, outputs }) =>
            inTurn(async () => {
                const table = (await start()).store.table(inputs.name);
                if (!table) return undefined;
                const { ttl: _, ...rest } = inputs;
                const ttl = table.ttl === undefined ? {} : { ttl: table.ttl };
                return { inputs: { ...rest, ...ttl, pointInTimeRecovery: table.pointInTimeRecovery }, outputs };
            }),

        remove: (id, inputs) =>
            inTurn(async () => {
                const name = inputs?.name ?? names.get(id) ?? id;
                const { store } = await start();
                const table = store.table(name);
                if (table && inputs && !inputs.forceDestroy && !store.empty(table)) {
                    throw new Refusal(`Table ${id}: it holds items, which would be lost: delete them, or ${letGo}`);
                }
                await store.drop(name);
                names.delete(id);
                if (store.tables().length > 0) return;
                await stop();
                rmSync(host.folder(OWNER), { recursive: true, force: true });
                host.releasePort(OWNER);
            }),

        stop: () => inTurn(stop),

        restore: (source, time, target) =>
            inTurn(async () => {
                const { store } = await start();
                try {
                    return await restore(store, source, time, target);
                } catch (error) {
                    throw new Refusal((error as Error).message, { cause: error });
                }
            }),
    };
}

const OWNER = "kv";

/** Expired items are looked for this often, in milliseconds: none is returned a minute later. */
const SWEEP = 15_000;

interface Running {
    readonly store: Store;
    readonly endpoint: string;
    stop(): Promise<void>;
}

async function startServer(host: Host, idOf: (table: string) => string | undefined): Promise<Running> {
    const port = await host.port(OWNER);
    const store = Store.open(host.folder(OWNER), host.vault);
    let server: Server;
    try {
        server = await startJsonService(host, "Table", port, kvService(host, store, idOf));
    } catch (error) {
        await store.close();
        throw error;
    }
    let sweeping: Promise<unknown> = Promise.resolve();
    const timer = setInterval(() => {
        sweeping = sweep(store).catch((error: unknown) =>
            host.report(`kv: the sweep has failed: ${(error as Error).message}`),
        );
    }, SWEEP);
    timer.unref();
    return {
        store,
        endpoint: `http://127.0.0.1:${port}`,
        async stop() {
            clearInterval(timer);
            await stopJsonService(server);
            await sweeping;
            await store.close();
        },
    };
}

function refuseFaults(id: string, { name, partitionKey, sortKey, ttl }: TableInputs): void {
    if (!/^[a-zA-Z0-9_.-]{1,255}$/.test(name)) {
        throw new Refusal(
            `Table ${id}: the name must be 1 to 255 letters, digits, "_", "." and "-", but is ${JSON.stringify(name)}`,
        );
    }
    if (sortKey?.name === partitionKey.name) {
        throw new Refusal(
            `Table ${id}: partitionKey and sortKey must differ, but both are ${sortKey.name}: rename one`,
        );
    }
    if (ttl !== undefined && [partitionKey.name, sortKey?.name].includes(ttl)) {
        throw new Refusal(`Table ${id}: ttl must not be a key, but is ${ttl}: name another attribute`);
    }
}

function urlOf({ name, partitionKey, sortKey, ttl }: TableInputs, endpoint: string): string {
    const query = new URLSearchParams({ region: "local", endpoint, partition_key: partitionKey.name });
    if (sortKey) query.set("sort_key", sortKey.name);
    if (ttl !== undefined) query.set("ttl", ttl);
    return `dynamodb://${name}?${query.toString()}`;
}
