// A stack that has a bit of everything, with secrets that the test knows, so that it can look for them.
import * as pulumi from "@pulumi/pulumi";
import { Blob, Container, Database, Image, Job, Key, KV, LoadBalancer, Log, Metric, Secret } from "../../components";

/** Each stands nowhere else on this machine. */
export const planted = {
    secret: "planted-secret-7f1c9e",
    relay: "planted-relay-5b20aa",
    material: Buffer.from("planted-material-of-32-bytes-len").toString("base64"),
};

export const settings = {
    "mvi:smtp": { secret: `smtp://mailer:${planted.relay}@127.0.0.1:9` },
    "mvi:mailFrom": "alarms@example.com",
};

/**
 * @param folder - the probe's: see ../local/live/support.ts
 * @param mode - what its container is told to do
 */
export function everythingIn(folder: string, ...mode: string[]) {
    const vault = new Key("vault");
    const token = new Secret("token", { value: pulumi.secret(planted.secret) });
    const made = new Secret("made", { generate: { length: 32, alphabet: "hex" }, key: vault });
    const brought = new Key("brought", { material: pulumi.secret(planted.material) });
    const uploads = new Blob("uploads", {
        cors: [{ origins: ["https://friend.example"], methods: ["GET"], headers: [], maxAge: 60 }],
    });
    const visits = new KV("visits");
    const db = new Database("db", { engine: "postgres" });
    const orders = new Metric("orders", { alarms: { many: { above: 1, periods: 1, email: "ops@example.com" } } });
    const book = new Log("book");
    const image = new Image("probe", { context: folder });
    const uses = [uploads, visits, db, brought, vault, token, made.asFile(), orders, book];
    const web = new Container("web", {
        image,
        command: ["node", "probe.js", ...mode],
        uses,
        port: 3000,
        public: true,
        health: "/healthz",
        sidecars: { beside: { image, command: ["node", "probe.js", "beside"], uses: [token.as("SHARED_TOKEN")] } },
        log: book,
    });
    const front = new LoadBalancer("front", { routes: [{ to: web }], accessLog: true });
    new Job("fails", {
        image,
        command: ["node", "probe.js", "fail"],
        env: { REASON: "told" },
        uses,
        schedule: "0 0 1 1 *",
    });
    return {
        web: web.url,
        front: front.url,
        uploads: uploads.url,
        visits: visits.url,
        vault: vault.url,
        databasePort: db.port,
    };
}
