import { type ChildProcess, spawn } from "node:child_process";
import * as net from "node:net";
import type * as auto from "@pulumi/pulumi/automation";
import { missingEngine, onPath, type Settings, Workspace } from "../support/engine";
import { mends } from "./gaps";
import { Gateway, type Mend } from "./gateway";

// No image is built where its plugin is one for tests; a builder is asked for all the same.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";

/** What is missing for a run with the real provider, in one line; undefined when all is there. */
export function missing(): string | undefined {
    if (!process.env.MVI_AWS_ENDPOINT && !onPath("moto_server"))
        return "neither MVI_AWS_ENDPOINT nor moto_server (`pip install 'moto[all,server]'`)";
    return missingEngine(["aws", "random", "docker-build"]);
}

/** An emulator of AWS, and stacks which are made there by the real engine and the plugins that are installed. */
export class Emulator {
    private constructor(
        private readonly gateway: Gateway,
        /** What there is which the emulator does not know. */
        readonly left: () => string[],
        private readonly workspace: Workspace,
        private readonly server: ChildProcess | undefined,
    ) {}

    get endpoint(): string {
        return this.gateway.endpoint;
    }

    /** @param first - goes before what is mended anyway */
    static async start(first: readonly Mend[] = []): Promise<Emulator> {
        const given = process.env.MVI_AWS_ENDPOINT;
        const { endpoint, server } = given ? { endpoint: given, server: undefined } : await startMoto();
        // No container runs here: functions answer without having run.
        await fetch(`${endpoint}/moto-api/config`, { method: "POST", body: '{"lambda":{"use_docker":false}}' });
        const { all, left } = mends();
        const gateway = await Gateway.start(endpoint, [...first, ...all]);
        const workspace = new Workspace({
            AWS_ENDPOINT_URL: gateway.endpoint,
            // What else points to an emulator, for one service or one plugin, would pass the gateway by.
            ...Object.fromEntries(
                Object.keys(process.env)
                    .filter((key) => /AWS_ENDPOINT/.test(key) && !key.startsWith("MVI_"))
                    .map((key) => [key, gateway.endpoint]),
            ),
            AWS_ACCESS_KEY_ID: "test",
            AWS_SECRET_ACCESS_KEY: "test",
        });
        return new Emulator(gateway, left, workspace, server);
    }

    /** Credentials of the emulator, for a client of one's own. */
    get client() {
        return { endpoint: this.endpoint, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
    }

    stack(name: string, program: auto.PulumiFn, settings: Settings): Promise<auto.Stack> {
        return this.workspace.stack(name, program, {
            "aws:region": region,
            "aws:skipCredentialsValidation": "true",
            "aws:skipMetadataApiCheck": "true",
            "aws:s3UsePathStyle": "true",
            "aws:maxRetries": "2",
            "mvi:cloud": "aws",
            ...settings,
        });
    }

    /** Asks a service of the emulator by JSON, or by a form where the action has a version before it: `2016-11-15 DescribeVpcs`. */
    async ask<T>(
        service: string,
        action: string,
        given: Readonly<Record<string, unknown>> = {},
        key?: string,
    ): Promise<T> {
        const own = authorization(service, key);
        const [first, form] = action.split(" ") as [string, string?];
        const response = await fetch(this.endpoint, {
            method: "POST",
            ...(form
                ? {
                      headers: { authorization: own, "content-type": "application/x-www-form-urlencoded" },
                      body: new URLSearchParams({ Action: form, Version: first, ...given }),
                  }
                : {
                      headers: {
                          authorization: own,
                          "content-type": "application/x-amz-json-1.1",
                          "x-amz-target": first,
                      },
                      body: JSON.stringify(given),
                  }),
        });
        const text = await response.text();
        if (!response.ok) throw new Error(`${service} ${action}: ${response.status} ${text}`);
        return (form ? text : JSON.parse(text || "{}")) as T;
    }

    /** What an answer of {@link ask} names. */
    async names(service: string, action: string, named: RegExp): Promise<string[]> {
        return [...(await this.ask<string>(service, action)).matchAll(named)].map(([, name]) => name);
    }

    /** The answer of a service of REST. */
    async send(service: string, method: string, at: string, body?: string, key?: string): Promise<string> {
        const headers = { authorization: authorization(service, key) };
        const response = await fetch(`${this.endpoint}${at}`, { method, headers, body });
        const text = await response.text();
        if (!response.ok) throw new Error(`${service} ${method} ${at}: ${response.status} ${text}`);
        return text;
    }

    /** A stack's state, as it is kept. */
    state(name: string): string {
        return this.workspace.state(name);
    }

    async close(): Promise<void> {
        const { server } = this;
        await this.gateway.close();
        if (server && server.exitCode === null) {
            const gone = new Promise((resolve) => server.once("exit", resolve));
            server.kill();
            await gone;
        }
        this.workspace.close();
    }
}

export const region = "us-east-1";

/** The emulator asks for whom a request is meant, and not whether it is signed. */
function authorization(service: string, key = "test"): string {
    return `AWS4-HMAC-SHA256 Credential=${key}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=none`;
}

async function startMoto(): Promise<{ endpoint: string; server: ChildProcess }> {
    const port = await freePort();
    const server = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], {
        stdio: "ignore",
        env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: "true" },
    });
    const endpoint = `http://127.0.0.1:${port}`;
    for (let left = 600; ; left--) {
        const answers = await fetch(`${endpoint}/moto-api/`).then(
            ({ ok }) => ok,
            () => false,
        );
        if (answers) return { endpoint, server };
        if (!left || server.exitCode !== null) throw new Error(`moto_server does not answer at ${endpoint}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
}

function freePort(): Promise<number> {
    return new Promise((resolve, reject) => {
        const server = net.createServer();
        server.once("error", reject);
        server.listen(0, "127.0.0.1", () => {
            const { port } = server.address() as net.AddressInfo;
            server.close(() => resolve(port));
        });
    });
}
