import type * as pulumi from "@pulumi/pulumi";
import { Blob, Container, Database, Job, Key, KV, Log, Metric, Secret, VM } from "../../components";
import { leaveOutGaps } from "./gaps";

/** Those who use something, or nothing: `aside` stands beside a container that has no links, and `box` is a machine. */
export const users = ["writer", "reader", "batch", "aside", "box", "stranger"] as const;
export type User = (typeof users)[number];

/** Who is in the network by its group, and acts by its roles. A machine starts itself. */
export interface Who {
    readonly role: string;
    readonly start: string | null;
    readonly group: string;
}

/** What the program puts out. */
export type Outputs = Readonly<
    Record<User, Who> &
        Record<"blob" | "kv" | "key" | "seal" | "secret" | "log", string> &
        /** Security groups. */
        Record<"server" | "database" | "settles" | "cache" | "front", string>
>;

const image = `ghcr.io/example/app@sha256:${"0".repeat(64)}`;

/** What each of {@link users} may is said here, and in the tests alone. */
export function program(): Record<string, unknown> {
    leaveOutGaps();
    const blob = new Blob("files");
    const kv = new KV("items", { partitionKey: "id" });
    const key = new Key("vault", {});
    const seal = new Key("seal", { purpose: "sign" });
    const secret = new Secret("token", { value: "planted-token-value" });
    const db = new Database("db", { engine: "postgres" });
    const cache = new Database("cache", { engine: "redis" });
    const log = new Log("lines", {});
    const metric = new Metric("orders");
    const server = new Container("server", { image, port: 3000 });
    const some = [blob.readOnly(), kv, secret, log, server];

    const box = new VM("box", { start: "sleep infinity", ports: { web: { port: 8080 } }, uses: some });
    const writer = new Container("writer", {
        image,
        uses: [blob, kv, key, seal, secret, db, cache, log, metric, server, box],
    });
    const reader = new Container("reader", {
        image,
        uses: [
            ...[blob.readOnly(), kv.readOnly(), key.can("decrypt"), seal.can("verify")],
            ...[db.readOnly(), cache.readOnly(), log.readOnly(), server],
        ],
    });
    const batch = new Job("batch", { image, uses: some });
    const helped = new Container("helped", { image, sidecars: { aside: { image, uses: some } } });
    const stranger = new Container("stranger", { image });
    return {
        writer: task(writer),
        reader: task(reader),
        batch: task(batch),
        aside: task(helped),
        box: { role: node(box, "role").arn, start: null, group: node(box, "group").id },
        stranger: task(stranger),
        blob: blob.id,
        kv: kv.id,
        key: key.id,
        seal: seal.id,
        secret: node(secret, "secret").arn,
        log: log.id,
        server: node(server, "group").id,
        database: node(db, "group").id,
        settles: node(db, "settleGroup").id,
        cache: node(cache, "group").id,
        front: node(box, "frontGroup").id,
    };
}

const task = (one: { nodes: unknown }) => ({
    role: node(one, "taskRole").arn,
    start: node(one, "startRole").arn,
    group: node(one, "group").id,
});

function node(component: { nodes: unknown }, name: string): { id: pulumi.Output<string>; arn: pulumi.Output<string> } {
    return (component.nodes as { aws: Record<string, ReturnType<typeof node>> }).aws[name];
}
