// Stacks of the real engine with a web container, and a client of its bucket.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type * as auto from "@pulumi/pulumi/automation";
import { type Place } from "../../agent/core/place";
import { openVault } from "../../agent/core/vault";
import { type Identity } from "../../agent/kind";
import { App, type AppArgs } from "../../components";
import { until } from "../agent/harness";
import { pulumiHome } from "../plugin/harness";
import { inFull } from "../support/proof";
import { kill, killEngines, runningIn } from "./machine";

/**
 * A folder of Pulumi's and of agents, with the agent's real kinds, and one for all temporary files. Folders are open for passing:
 * as root, workloads are others.
 */
export function faultHome(environment: NodeJS.ProcessEnv = {}) {
    const home = pulumiHome({ MVI_KINDS: "", ...environment });
    fs.chmodSync(home.root, 0o711);
    const temporary = path.join(home.root, "tmp");
    fs.mkdirSync(temporary);
    fs.chmodSync(temporary, 0o1777);
    process.env.TMPDIR = temporary; // `close` of the agents' home puts it back
    const again = { count: 0 };
    return {
        ...home,
        temporary,
        stack: async (...given: Parameters<typeof home.stack>) => unmixed(await home.stack(...given), again),
        /** How often a run was begun again, since the SDK had blamed it for another. */
        begunAgain: () => again.count,
        /** Ends all that runs there, also what a test that failed has left. */
        async close(): Promise<void> {
            // the engine and its plugin first: they would start an agent again
            killEngines();
            await until("nothing runs", () => {
                const left = runningIn(home.root);
                if (left.length > 0) kill(home.root, /./);
                return left.length === 0;
            });
            await home.close();
        },
    };
}

/**
 * A stack whose runs are begun again when they fail by what is this process's, and not theirs. An inline program whose engine was
 * killed goes on for a while in it: the SDK listens to all rejections of the process, so that the next run may be blamed for its
 * calls, which nobody answers (`newUncaughtHandler` of @pulumi/pulumi/automation/server.js). `pulumi up` has a process for each
 * program.
 */
function unmixed(stack: auto.Stack, again: { count: number }): auto.Stack {
    for (const name of ["up", "preview", "refresh", "destroy"] as const) {
        const run = stack[name].bind(stack) as (options?: object) => Promise<unknown>;
        const twice = async (options?: object) => {
            try {
                return await run(options);
            } catch (error) {
                // A port that an earlier engine had is ours: components/connections.ts.
                const blamed = /One or more errors occurred: 14 UNAVAILABLE(?!.*Last error: null)/;
                if (!blamed.test((error as Error).message)) throw error;
                again.count++;
                return run(options);
            }
        };
        Object.assign(stack, { [name]: twice });
    }
    return stack;
}

/** What the small app is told. */
export interface Version {
    readonly version: string;
    readonly mode?: string;
    /** @default tests/faults/app */
    readonly build?: string;
    readonly more?: AppArgs;
    readonly startup?: number;
    readonly uses?: string[];
    /** Seconds that it has to end. */
    readonly grace?: number;
    /** Replicas. @default 2 */
    readonly scale?: number;
    /** Another one restarts it. */
    readonly restart?: string;
}

/** The program: the small app, public. */
export function small(version: () => Version): auto.PulumiFn {
    return async () => {
        const {
            version: VERSION,
            mode = "fine",
            build = smallApp,
            more = {},
            uses = [],
            startup = 60,
            grace = 10,
            scale = 2,
            restart = "",
        } = version();
        const app = new App("small", {
            ...more,
            containers: {
                web: {
                    build,
                    port: 3000,
                    public: true,
                    health: { path: "/healthz", interval: 5, timeout: 3, startup },
                    rollout: { timeout: startup },
                    scale,
                    stopGrace: grace,
                    cpu: 0.25,
                    memory: 512,
                    env: { VERSION, MODE: mode, RESTART: restart },
                    uses,
                },
                ...more.containers,
            },
        });
        return { url: app.urls.web };
    };
}

export const smallApp = path.join(__dirname, "app");

/** A bucket and a table besides, which the web container may write to. */
export const withFiles: Pick<Version, "more" | "uses"> = {
    more: { blobs: { files: { versioned: false } }, kvs: { carts: {} } },
    uses: ["files", "carts"],
};

/** The web container's own. */
export function credentialsOf(place: Place): { accessKeyId: string; secretAccessKey: string } {
    const vault = openVault(path.join(place.folder, "vault.key"));
    const kept = fs.readFileSync(path.join(place.folder, "identities.json"), "utf8");
    const identities = JSON.parse(vault.open(kept)) as Identity[];
    const { accessKeyId, secretAccessKey } = identities.find(({ owner }) => owner === "Container/small-web")!;
    return { accessKeyId, secretAccessKey };
}

/** A client of the bucket, with the web container's own credentials. @param off - of its clock, in milliseconds */
export function filesOf({ place }: { place: Place }, off = 0): S3Client & { bucket: string } {
    const record = path.join(place.folder, "records", "Bucket", "small-files.json");
    const { outputs } = JSON.parse(fs.readFileSync(record, "utf8")) as {
        outputs: { bucket: string; endpoint: string };
    };
    const client = new S3Client({
        region: "local",
        endpoint: outputs.endpoint,
        forcePathStyle: true,
        maxAttempts: 1,
        credentials: credentialsOf(place),
        systemClockOffset: off,
    });
    return Object.assign(client, { bucket: outputs.bucket });
}

/** A killed engine leaves its lock on the stack, as it says itself: `pulumi cancel` takes it away. */
export async function unlock(stack: auto.Stack): Promise<void> {
    await stack.cancel().catch((error: Error) => {
        if (!/no.* lock|not .*locked|no update/i.test(error.message)) throw error;
    });
}

/** The guestbook, with two replicas and a worker; in a program. */
export function guestbook(title: string) {
    const app = new App("guestbook", {
        images: { app: { context: path.join(__dirname, "../../examples/guestbook") } },
        containers: {
            web: {
                image: "app",
                port: 3000,
                public: true,
                health: { path: "/healthz", interval: 5, timeout: 4 },
                scale: 2,
                stopGrace: 5,
                env: { TITLE: title },
                uses: ["db", "uploads", "visits"],
            },
            worker: { image: "app", command: ["node", "worker.js"], uses: ["db", "uploads"], stopGrace: 5 },
        },
        databases: { db: { engine: "postgres" } },
        blobs: { uploads: {} },
        kvs: { visits: {} },
    });
    return app.urls.web;
}

export const cores = os.availableParallelism();

/** How often something is killed: 200 times for the proof, or as MVI_FAULTS says. */
export const times = Number(process.env.MVI_FAULTS ?? inFull(200, 15));

/** What is in the file `Key`. */
export async function textOf(files: ReturnType<typeof filesOf>, Key: string): Promise<string> {
    const { Body } = await files.send(new GetObjectCommand({ Bucket: files.bucket, Key }));
    return (await Body?.transformToString()) ?? "";
}
