import * as path from "node:path";
import { App, type AppArgs } from "pulumi-mvi";

/** Where a container engine runs, one that is there already: what a build takes is nobody's matter here. */
const image = {
    local: { context: path.join(__dirname, "../conformance/app") },
    aws: { reference: `public.ecr.aws/docker/library/node@sha256:${"0".repeat(64)}` },
    gcp: { reference: `europe-west1-docker.pkg.dev/shop-prod/shop/app@sha256:${"0".repeat(64)}` },
};

/**
 * Declares so many containers, as an app of many services has them: each is linked to the one before it (ten in a row) and to
 * a store; every fifth has a secret, and every tenth part is a job with a schedule.
 */
export function many(cloud: keyof typeof image, count: number): { url: unknown } {
    const containers: NonNullable<AppArgs["containers"]> = {};
    const secrets: NonNullable<AppArgs["secrets"]> = {};
    const jobs: NonNullable<AppArgs["jobs"]> = {};
    for (let number = 0; number < count; number++) {
        const uses = ["uploads"];
        if (number % 10 !== 0) uses.push(`web${number - 1}`);
        if (number % 5 === 0) {
            secrets[`token${number}`] = { generate: {} };
            uses.push(`token${number}`);
        }
        containers[`web${number}`] = {
            image: "app",
            command: ["node", "server.js"],
            port: 3000,
            health: "/healthz",
            env: { NUMBER: `${number}` },
            public: number === 0,
            uses,
        };
        if (number % 10 === 0)
            jobs[`nightly${number}`] = {
                image: "app",
                command: ["node", "report.js"],
                schedule: "0 3 * * *",
                uses: ["uploads"],
            };
    }
    const app = new App("shop", { images: { app: image[cloud] }, containers, secrets, jobs, blobs: { uploads: {} } });
    return { url: app.urls.web0 };
}
