import * as provider from "@pulumi/gcp/config/vars";
import type * as auto from "@pulumi/pulumi/automation";
import { Gateway } from "../aws/gateway";
import { missingEngine, type Settings, Workspace } from "../support/engine";
import type { Ground } from "../support/whole";
import { isTolerated, mends } from "./gaps";

// No image is built where its plugin is one for tests; a builder is asked for all the same.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";

/** What is missing for a run with the real provider, in one line; undefined when all is there. */
export function missing(): string | undefined {
    if (!process.env.MVI_GCP_ENDPOINT) return "no MVI_GCP_ENDPOINT, an emulator of Google's APIs";
    return missingEngine(["gcp", "random", "docker-build"]);
}

/** Request is what an emulator was asked, and what it thinks of it. */
export interface Request {
    /** Counts them. */
    readonly n: number;
    readonly method: string;
    readonly path: string;
    readonly status: number;
    /** `ok`, `rejected`, `not_found`, `conflict` and the like; or `leak`: it was asked of Google itself. */
    readonly verdict: string;
    readonly reason?: string;
}

/**
 * An emulator of Google's APIs at `MVI_GCP_ENDPOINT`, and stacks which are made there by the real engine and the plugins
 * that are installed. It answers `GET /__endpoints` with the provider's settings: the URL of each API by the name of the
 * setting, such as `compute_custom_endpoint`; `GET /__log` with what it was asked; and `GET /__state` with what exists.
 */
export class Emulator implements Ground {
    private constructor(
        private readonly endpoint: string,
        private readonly gateway: Gateway,
        private readonly settings: Settings,
        private readonly workspace: Workspace,
        private readonly from: number,
    ) {}

    static async start(): Promise<Emulator> {
        const endpoint = process.env.MVI_GCP_ENDPOINT!.replace(/\/$/, "");
        const endpoints = await ask<Record<string, string>>(`${endpoint}/__endpoints`);
        const gateway = await Gateway.start(endpoint, mends());
        const settings = Object.entries(endpoints)
            .map(([name, url]) => [camel(name), `${gateway.endpoint}${new URL(url).pathname}`] as const)
            .filter(([name]) => name in provider)
            .map(([name, url]) => [`gcp:${name}`, url]);
        // What is still asked of Google itself ends there, and is seen.
        const workspace = new Workspace({ HTTPS_PROXY: endpoint, NO_PROXY: "127.0.0.1,localhost" });
        const { requests } = await ask<{ requests: Request[] }>(`${endpoint}/__log?bodies=0`);
        return new Emulator(
            endpoint,
            gateway,
            Object.fromEntries(settings) as Settings,
            workspace,
            requests.at(-1)?.n ?? 0,
        );
    }

    async stack(name: string, program: auto.PulumiFn, settings: Settings): Promise<auto.Stack> {
        return this.workspace.stack(name, program, {
            "gcp:project": project,
            "gcp:region": "europe-west3",
            "gcp:accessToken": { value: "emulated", secret: true },
            "mvi:cloud": "gcp",
            ...this.settings,
            ...settings,
        });
    }

    state(name: string): string {
        return this.workspace.state(name);
    }

    /** A domain's public zone is there before. */
    async given(): Promise<Settings> {
        await this.ask("POST", `/serviceusage/v1/projects/${project}/services/dns.googleapis.com:enable`, {});
        const zones = `/dns/dns/v1/projects/${project}/managedZones`;
        const { managedZones = [] } = await this.ask<{ managedZones?: { dnsName: string }[] }>("GET", zones);
        const zone = { name: "example", dnsName: "example.com.", description: "Ours", visibility: "public" };
        if (!managedZones.some(({ dnsName }) => dnsName === zone.dnsName)) await this.ask("POST", zones, zone);
        return { "everything:domain": "shop.example.com" };
    }

    /** Asks the emulator itself, at a service's path. */
    ask<T>(method: string, path: string, body?: unknown): Promise<T> {
        return ask<T>(`${this.endpoint}${path}`, method, body);
    }

    async harm(): Promise<string> {
        const { name } = await this.uploads();
        await this.ask("PATCH", `/storage/storage/v1/b/${name}`, {
            iamConfiguration: { publicAccessPrevention: "inherited" },
        });
        return "uploads";
    }

    async isMended(): Promise<boolean> {
        return (await this.uploads()).iamConfiguration.publicAccessPrevention === "enforced";
    }

    async refused(): Promise<string[]> {
        const { requests } = await this.ask<{ requests: Request[] }>("GET", `/__log?bodies=0&since=${this.from}`);
        return requests
            .filter((request) => !accepted.has(request.verdict) && !isTolerated(request))
            .map(({ verdict, method, path, status, reason }) => `${verdict}: ${method} ${path}: ${status} ${reason}`);
    }

    async existing(): Promise<string[]> {
        const { resources } = await this.ask<{ resources: Record<string, object> }>("GET", "/__state");
        const names = Object.entries(resources).flatMap(([service, all]) =>
            Object.keys(all).map((name) => `${service}: ${name}`),
        );
        return names.filter((name) => !stays.test(name));
    }

    async close(): Promise<void> {
        this.workspace.close();
        await this.gateway.close();
    }

    private async uploads(): Promise<Bucket> {
        const { items } = await this.ask<{ items: Bucket[] }>("GET", `/storage/storage/v1/b?project=${project}`);
        return items.find(({ name }) => name.includes("uploads"))!;
    }
}

/** The project, its zones, and its APIs; what was done to a zone of DNS; and key rings and keys, of which Google deletes only the material. */
const stays =
    /^\w+: projects\/[^/]+(\/(zones|regions|locations)\/[^/]+)?$|^serviceusage: |^dns: .*\/changes\/|^cloudkms: /;

/** What was not refused; `unvalidated` is what the emulator has no description of. */
const accepted: ReadonlySet<string> = new Set(["ok", "not_found", "unvalidated"]);

interface Bucket {
    readonly name: string;
    readonly iamConfiguration: { readonly publicAccessPrevention: string };
}

export const project = "mvi-test";

async function ask<T>(url: string, method = "GET", body?: unknown): Promise<T> {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method, ...(body !== undefined && { headers, body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`${url} answers ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
}

function camel(name: string): string {
    return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
