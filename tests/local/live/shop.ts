// The program of the live tests: every component, in the forms that it is changed through.
import * as pulumi from "@pulumi/pulumi";
import {
    Blob,
    Container,
    Database,
    Image,
    Job,
    Key,
    KV,
    LoadBalancer,
    Log,
    Metric,
    Secret,
    VM,
} from "../../../components";

/** What differs between one `up` and the next. */
export interface Shop {
    readonly folder: string;
    /** Of the arguments that change in place. */
    version: 1 | 2;
    /** Of those that cannot: a change of them makes it anew. */
    made: 1 | 2;
    databaseVersion: string;
}

export const planted = { token: ["planted-token-one", "planted-token-two"], hidden: "planted-hidden-value" } as const;

export function shop(want: Shop) {
    const two = want.version === 2;
    const first = <T>(one: T, other: T): T => (two ? other : one);

    const hidden = new Blob("hidden");
    const hiddenKv = new KV("hidden-kv");
    const hiddenKey = new Key("hidden-key");
    const hiddenSecret = new Secret("hidden-secret", { value: pulumi.secret(planted.hidden) });

    const uploads = new Blob("uploads", {
        versioned: two,
        lifecycle: first([{ prefix: "tmp/", expire: 7 }], [{ prefix: "old/", expire: 9, expireOld: 2 }]),
        cors: first([], [{ origins: ["https://a.example"], methods: ["PUT" as const], headers: ["x-a"], maxAge: 60 }]),
    });
    const visits = new KV("visits", { ttl: first("expires", "gone"), pointInTime: !two });
    const db = new Database("db", {
        engine: "postgres",
        version: want.databaseVersion,
        storage: first(20, 30),
        backups: { retention: first(7, 8), window: first("03:00", "04:30") },
        parameters: { work_mem: first("5MB", "6MB") },
    });
    const vault = new Key("vault", { rotation: first(90, 365) });
    const signer = new Key("signer", { purpose: "sign" });
    const token = new Secret("token", { value: pulumi.secret(planted.token[want.version - 1]), key: vault });
    const made = new Secret("made", { generate: { length: 24, alphabet: "hex" } });
    const orders = new Metric("orders", {
        unit: first("orders", "sales"),
        alarms: { many: { above: first(5, 6), periods: 1, email: "ops@example.com" } },
        // The shortest period that the agent knows, which is no cloud's.
        transform: { local: { alarm: { periodSeconds: 10 } } },
    });
    const errors = new Metric("errors");
    const book = new Log("book", {
        retention: first(5, 6),
        filters: { errors: { contains: first("ERROR", "FAILURE"), into: errors } },
    });

    const image = new Image("probe", { context: want.folder });
    const box = new VM("box", {
        start: `exec node ${want.folder}/probe.js ${first("box-one", "box-two")}`,
        userData: "#!/bin/sh\necho kept > kept",
        ports: { http: { port: 3000 }, ...(two ? { more: { port: 3001 } } : {}) },
        health: "/healthz",
    });
    const peer = new Container("peer", { image, port: 3000, scale: first(1, 2), health: "/healthz" });
    const all = new Container("all", {
        image,
        command: ["node", "probe.js", first("all-one", "all-two")],
        env: { GREETING: first("one", "two") },
        uses: [
            uploads,
            visits,
            db,
            vault,
            signer,
            token,
            made.asFile(),
            token.asFile().as("TOKEN_TOO"),
            orders,
            book,
            box,
            peer,
        ],
        cpu: first(0.25, 0.5),
        ports: { http: { port: 3000 }, raw: { port: 9000, protocol: "tcp" } },
        health: first("/healthz", "/livez"),
        sidecars: {
            beside: {
                image,
                command: ["node", "probe.js", "beside"],
                env: { ROLE: first("helper", "keeper") },
                uses: [uploads.readOnly().as("SHARED"), token.asFile().as("SHARED_TOKEN")],
            },
        },
        stopGrace: first(5, 6),
        log: book,
    });
    const less = new Container("less", {
        image,
        command: ["node", "probe.js", "less"],
        uses: [
            uploads.readOnly(),
            visits.readOnly(),
            db.readOnly(),
            vault.can("encrypt"),
            signer.can("verify"),
            book.readOnly(),
        ],
        port: 3000,
        health: { command: ["node", "-e", "0"], interval: 5, timeout: 4 },
    });
    const none = new Container("none", {
        image,
        env: { GREETING: "none" },
        port: 3000,
        health: "/healthz",
        public: true,
    });
    const front = new LoadBalancer("front", {
        routes: [{ path: "/none", to: none }, two ? { path: "/all", to: all } : { to: all }],
        redirects: [{ path: "/old", to: first("https://one.example/", "https://two.example/"), permanent: two }],
        tcp: two ? {} : { raw: { listen: listenPort, to: all, port: "raw" } },
        allow: first(["127.0.0.0/8"], ["203.0.113.0/24"]),
    });
    const once = new Job("once", {
        image,
        command: ["node", "probe.js", "once"],
        env: { GREETING: first("first", "second") },
        once: true,
        retries: 0,
        log: book,
        uses: [db],
    });
    const tick = new Job("tick", {
        image,
        command: ["node", "probe.js", "once"],
        env: { GREETING: "tick" },
        schedule: first("0 0 1 1 *", "30 6 * * *"),
        timeZone: first("UTC", "Europe/Berlin"),
        timeout: first(60, 70),
        retries: first(0, 1),
        log: book,
    });

    const anew = want.made === 2;
    new KV("anew-kv", { partitionKey: anew ? "id" : "key" });
    new Key("anew-key", anew ? { purpose: "sign" } : {});
    new Metric("anew-metric", { kind: anew ? "gauge" : "counter" });

    return {
        all: all.url,
        less: less.url,
        none: none.url,
        box: box.url,
        boxAddresses: box.addresses,
        peer: peer.url,
        front: front.url,
        address: front.address,
        uploads: uploads.url,
        visits: visits.url,
        vault: vault.url,
        vaultId: vault.id,
        signer: signer.url,
        host: db.host,
        port: db.port,
        digest: image.digest,
        reference: image.reference,
        tick: tick.id,
        lastRun: once.lastRun,
        noLastRun: tick.lastRun,
        hidden: hidden.url,
        hiddenKv: hiddenKv.url,
        hiddenKey: hiddenKey.url,
        hiddenSecret: hiddenSecret.id,
    };
}

/** The TCP port that the balancer listens on: of no other test. */
export const listenPort = 19_377;
