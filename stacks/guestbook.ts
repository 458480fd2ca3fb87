import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { App } from "pulumi-mvi";

/** The guestbook: what it needs, and nothing about where it runs. `mvi:cloud` of the stack says that. */
export function guestbook(): { url: pulumi.Output<string | undefined> } {
    const config = new pulumi.Config("guestbook");
    const app = new App("guestbook", {
        images: { app: { context: path.join(__dirname, "../examples/guestbook") } },
        containers: {
            web: {
                image: "app",
                port: 3000,
                public: true,
                health: "/healthz",
                scale: { min: 2, max: 4 },
                env: { TITLE: config.get("title") ?? "Guestbook" },
                uses: ["db", "uploads", "visits"],
            },
            worker: { image: "app", command: ["node", "worker.js"], uses: ["db", "uploads"] },
        },
        jobs: {
            nightly: {
                image: "app",
                command: ["node", "report.js"],
                schedule: "0 3 * * *",
                uses: ["db", "uploads", "visits:read"],
            },
        },
        databases: { db: { engine: "postgres" } },
        blobs: { uploads: {} },
        kvs: { visits: {} },
        alarms: { email: config.get("email") ?? "you@example.com" },
    });
    return { url: app.urls.web };
}
