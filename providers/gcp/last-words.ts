import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type { Log } from "../../components/log";
import type { Site } from "../../components/site";
import { whenFailed } from "./failed";
import { type Ask, askAs } from "./google-api";
import { projectOf } from "./project";

/** Speaker is something on Cloud Run, or on machines, whose deployment may fail. */
export interface Speaker {
    /** Which lines are its own, in Cloud Logging's language; known before it is made. */
    readonly filter: pulumi.Output<string>;
    /** Where they are kept. @default among the project's */
    readonly logs?: readonly Log[] | Promise<readonly Log[]>;
}

/** What says which lines are of something on Cloud Run. */
const labelOf = {
    cloud_run_job: "job_name",
    cloud_run_revision: "service_name",
    cloud_run_worker_pool: "worker_pool_name",
} as const;

/** All that something on Cloud Run says, in Cloud Logging's language. */
export function linesOf(kind: keyof typeof labelOf, name: pulumi.Output<string>): pulumi.Output<string> {
    return name.apply((known) => `resource.type="${kind}" AND resource.labels.${labelOf[kind]}="${known}"`);
}

/**
 * All that Docker's containers say on machines.
 *
 * @param base - what their names begin with
 */
export function linesOfDocker(base: pulumi.Output<string>): pulumi.Output<string> {
    return pulumi.interpolate`logName:"gcplogs-docker-driver" AND jsonPayload.container.name=~"^/?${base}-"`;
}

/**
 * Has a deployment that fails with this resource say what was said in it last: Google's own message names a page to look at.
 * Who deploys may read logs, else it says why not.
 */
export function speaks(site: Site, resource: pulumi.CustomResource, { filter, logs = [] }: Speaker): void {
    const { id: project, region, token } = projectOf(site);
    const since = new Date().toISOString();
    // Not before it is needed: every service would hold all this until it runs.
    whenFailed(resource, async () => {
        // What is said in a first deployment is among the project's lines: the sink into the log follows the service.
        const buckets = Promise.resolve(logs).then((all) => [...new Set(all)].map(({ id }) => id));
        const places = pulumi
            .all([project, region, buckets])
            .apply(([id, where, all]) => [
                `projects/${id}`,
                ...all.map((bucket) => `projects/${id}/locations/${where}/buckets/${bucket}/views/_AllLogs`),
            ]);
        const known = promised(pulumi.all([places, filter, token]));
        const found = await Promise.race([known, sleep(10_000, undefined, { ref: false })]);
        if (!found) return undefined; // The log itself was not made, which is another failure's message.
        const [resourceNames, which, bearer] = found;
        return lastWords(askAs(bearer), { resourceNames, filter: `(${which}) AND timestamp>="${since}"` });
    });
}

interface Entry {
    readonly timestamp?: string;
    readonly textPayload?: string;
    readonly jsonPayload?: { readonly message?: unknown; readonly container?: { readonly name?: unknown } };
}

/** The newest twenty lines, oldest first. They come a few seconds late. Without its dot, the path would be a URL of its own. */
export async function lastWords(
    ask: Ask,
    which: { readonly resourceNames: readonly string[]; readonly filter: string },
    pause = 5000,
): Promise<string> {
    try {
        for (let left = 3; left > 0; left--) {
            await sleep(pause);
            const asked = { ...which, orderBy: "timestamp desc", pageSize: 20 };
            const { entries = [] } = (await ask("logging", "POST", "./entries:list", asked)) as { entries?: Entry[] };
            if (entries.length) return [...entries].reverse().map(lineOf).join("\n");
        }
        return "it has said nothing";
    } catch (error) {
        return `what it has said cannot be read: ${(error as Error).message}`;
    }
}

function lineOf({ timestamp = "", textPayload, jsonPayload }: Entry): string {
    const { message, container } = jsonPayload ?? {};
    const text = textPayload ?? (typeof message === "string" ? message : JSON.stringify(jsonPayload ?? ""));
    // Of several on a machine, which one: Docker writes its name with a slash.
    const who = typeof container?.name === "string" ? ` ${container.name.replace(/^\//, "")}:` : "";
    return `${timestamp}${who} ${text.trimEnd()}`.slice(0, 1000);
}

function promised<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => void output.apply(resolve));
}
