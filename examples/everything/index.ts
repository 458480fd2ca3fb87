import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
    Blob,
    type BlobArgs,
    type Cloud,
    cloudNames,
    Container,
    type ContainerArgs,
    Database,
    type DatabaseArgs,
    Image,
    type ImageArgs,
    Job,
    Key,
    type KeyArgs,
    KV,
    type KVArgs,
    LoadBalancer,
    type LoadBalancerArgs,
    Log,
    type LogArgs,
    Metric,
    Network,
    type NetworkArgs,
    openCloud,
    Secret,
    type SecretArgs,
    VM,
    type VMArgs,
} from "pulumi-mvi";

const context = path.join(__dirname, "app");

/**
 * Every component, with every argument at least once: for reading, and for trying a cloud. What `mvi:cloud` lacks is left
 * out, and so is what only you can have, until it is configured: `everything:token` (secret) is needed;
 * `everything:email`, `material` (secret), `listen`, `domain`, `certificate`, `subscriber`, `machineImage`, `imageReference`,
 * `existingNetwork` and `restoreFrom` are not.
 */
export function everything() {
    const config = new pulumi.Config("everything");
    const email = config.get("email") ?? "you@example.com";
    const wanted = new pulumi.Config("mvi").get("cloud");
    const had = haveOn(openCloud(cloudNames.find((name) => name === wanted) ?? "local"));

    const network = new Network(
        "net",
        had("network", { range: "10.8.0.0/16", zones: 2, egress: "nat-instance", flowLogs: true }),
    );
    const existing = config.get("existingNetwork");
    if (existing) new Network("there", had("network", { existing }));

    // Encryption, signing, and secrets under a key of one's own.
    const vault = new Key("vault", had("key", { purpose: "encrypt", rotation: 180, deletionWindow: 7 }));
    const signer = new Key("signer", had("key", { purpose: "sign", algorithm: "ed25519", deletionWindow: 7 }));
    const material = config.getSecret("material");
    const brought = material && new Key("brought", { material, protect: false });
    const token = new Secret("token", { value: config.requireSecret("token"), key: vault, protect: false });
    const password = new Secret(
        "password",
        had("secret", { generate: { length: 40, alphabet: "hex" }, rotation: 30, key: vault }),
    );

    // What keeps data.
    const archive = new Blob("archive", { versioned: false, lifecycle: [{ expire: 365 }] });
    const uploads = new Blob(
        "uploads",
        had("blob", {
            versioned: true,
            lifecycle: [{ prefix: "tmp/", expire: 7, expireOld: 3 }],
            cors: [{ origins: ["https://shop.example.com"], methods: ["PUT"], headers: ["content-type"], maxAge: 60 }],
            key: vault,
            protect: false,
        }),
    );
    const carts = new KV(
        "carts",
        had("kv", {
            partitionKey: { name: "customer", type: "string" },
            sortKey: { name: "at", type: "number" },
            ttl: "gone",
            pointInTime: true,
            key: vault,
            protect: false,
        }),
    );
    const database = {
        engine: "postgres",
        version: "18",
        size: "small",
        storage: 50,
        highAvailability: true,
        backups: { retention: 14, window: "01:30", pointInTime: true },
        maintenance: "mon 04:00",
        parameters: { work_mem: "8MB" },
        key: vault,
        network,
        protect: false,
    } as const;
    const db = new Database("db", had("database", database));
    const from = config.get("restoreFrom");
    if (from) new Database("copy", had("database", { ...database, restore: { from } }));

    // What is seen of it all.
    const orders = new Metric("orders", {
        unit: "orders",
        kind: "distribution",
        dimensions: ["country"],
        alarms: {
            slow: { above: 5, statistic: "p90", period: 120, periods: 2, missing: "breaching", email },
            dead: { below: 1, email: [email, "second@example.com"] },
        },
        dashboard: "Shop",
    });
    const errors = new Metric("errors");
    const subscriber = config.get("subscriber");
    const book = new Log(
        "book",
        had("log", {
            retention: 14,
            key: vault,
            export: archive,
            filters: { errors: { contains: "ERROR", into: errors } },
            subscribers: subscriber ? [subscriber] : [],
            protect: false,
        }),
    );

    // What runs.
    const app = new Image("app", {
        context,
        dockerfile: "Containerfile",
        target: "run",
        args: { GREETING: "welcome" },
    });
    const imageReference = config.get("imageReference");
    if (imageReference) new Image("elsewhere", had("image", { reference: imageReference }));
    const machines = new VM(
        "machines",
        had("vm", {
            scale: { min: 1, max: 2, cpu: 70, requests: 100 },
            cpu: 1,
            memory: 2048,
            image: config.get("machineImage"),
            userData: "#!/bin/sh\necho booted > booted",
            start: "while true; do date; sleep 60; done",
            ports: { raw: { port: 9000, protocol: "tcp" } },
            disk: 20,
            health: { command: ["test", "-e", "booted"], interval: 20, timeout: 3, failures: 2, startup: 90 },
            uses: [uploads.readOnly()],
            network,
        }),
    );
    const api = new Container(
        "api",
        had("container", {
            image: app,
            ports: { http: { port: 3000 }, raw: { port: 9000, protocol: "tcp" } },
            exec: true,
        }),
    );
    const web = new Container(
        "web",
        had("container", {
            build: {
                context,
                dockerfile: "Containerfile",
                target: "run",
                args: { GREETING: "hello" },
                platforms: ["linux/amd64"],
            },
            command: ["node", "server.js"],
            env: { COLOUR: "blue" },
            uses: [
                api,
                archive.readOnly(),
                book,
                ...(brought ? [brought] : []),
                carts.as("BASKETS"),
                db,
                orders,
                password,
                signer.can("sign", "verify"),
                token.asFile(),
                uploads,
                vault,
            ],
            cpu: 0.5,
            memory: 1024,
            log: book,
            network,
            ports: { http: { port: 3000 }, raw: { port: 9000, protocol: "tcp" } },
            scale: { min: 1, max: 3, cpu: 50, requests: 100 },
            health: { path: "/healthz", port: "http", interval: 20, timeout: 3, failures: 5, startup: 90 },
            public: true,
            domain: config.get("domain") && `web.${config.get("domain")}`,
            sidecars: {
                beside: {
                    image: app,
                    command: ["node", "sidecar.js"],
                    env: { ROLE: "helper" },
                    uses: [uploads.readOnly()],
                    cpu: 0.25,
                    memory: 512,
                },
            },
            stopGrace: 15,
            rollout: { strategy: "rolling", timeout: 120 },
        }),
    );
    // As little as a web server needs.
    const plain = new Container("plain", { image: app, port: 3000 });
    const pool = new VM("pool", had("vm", { scale: { min: 1, max: 2, cpu: 70 }, cpu: 1, memory: 2048, network }));
    const packed = new Container(
        "packed",
        had("container", { image: app, command: ["node", "sidecar.js"], env: { ROLE: "packed" }, on: pool }),
    );
    const front = new LoadBalancer(
        "front",
        had("loadBalancer", {
            routes: [{ to: web }, { host: "api.example.com", path: "/v1", to: api, port: "http" }],
            redirects: [{ host: "www.example.com", path: "/old", to: "https://shop.example.com/", permanent: true }],
            tcp: { raw: { listen: config.getNumber("listen") ?? 9000, to: api, port: "raw" } },
            domain: config.get("domain"),
            certificate: config.get("certificate"),
            allow: ["0.0.0.0/0"],
            accessLog: true,
            waf: true,
            network,
            protect: false,
        }),
    );
    const migrate = new Job("migrate", {
        container: web,
        command: ["node", "report.js", "errors"],
        once: true,
        log: book,
    });
    const nightly = new Job("nightly", {
        build: { context, dockerfile: "Containerfile", target: "run" },
        command: ["node", "report.js", "entries"],
        env: { COLOUR: "red" },
        uses: [db.readOnly()],
        cpu: 1,
        memory: 2048,
        log: book,
        network,
        schedule: "0 3 * * *",
        timeZone: "Europe/Berlin",
        timeout: 600,
        retries: 1,
        concurrency: "replace",
    });
    // By hand, with the image that the others have built already.
    const recount = new Job("recount", {
        image: app,
        command: ["node", "report.js", "entries"],
        uses: [db.readOnly()],
    });
    new Metric("full", {
        of: db.gauge("storage"),
        alarms: { full: { above: 0.85, statistic: "max", email } },
        dashboard: "Database",
    });

    return {
        url: web.url,
        front: front.url,
        address: front.address,
        api: api.url,
        plain: plain.url,
        packed: packed.url,
        machines: machines.url,
        network: network.id,
        subnets: network.subnets,
        database: pulumi.all([db.host, db.port]).apply(([host, port]) => ({ host, port })),
        digest: app.digest,
        reference: app.reference,
        uploads: uploads.url,
        carts: carts.url,
        vault: vault.url,
        signer: signer.url,
        ids: [vault, token, archive, carts, db, orders, book, migrate, nightly, recount].map(({ id }) => id),
    };
}

interface Arguments {
    blob: BlobArgs;
    container: ContainerArgs;
    database: DatabaseArgs;
    image: ImageArgs;
    key: KeyArgs;
    kv: KVArgs;
    loadBalancer: LoadBalancerArgs;
    log: LogArgs;
    network: NetworkArgs;
    secret: SecretArgs;
    vm: VMArgs;
}

/** What of a component's arguments a cloud has: those that it lacks are left out, as it says itself. */
function haveOn(cloud: Cloud) {
    return <S extends keyof Arguments>(service: S, args: Arguments[S]): Arguments[S] => {
        const lacking = Object.keys(cloud.lacks[service] ?? {});
        const ofBuild = Object.keys(cloud.lacks.image ?? {}).map((path) => `build.${path}`);
        return [...lacking, ...ofBuild].reduce((left: Arguments[S], path) => without(left, path.split(".")), args);
    };
}

function without<T extends object>(value: T, [key, ...rest]: readonly string[]): T {
    const { [key as keyof T]: inner, ...others } = value;
    if (rest.length === 0) return others as T;
    return typeof inner === "object" && inner !== null ? { ...value, [key]: without(inner, rest) } : value;
}
