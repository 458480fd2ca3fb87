import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import * as auto from "@pulumi/pulumi/automation";

/** What is missing for a run with the real provider, in one line; undefined when all is there. */
export function missing(): string | undefined {
    if (!process.env.MVI_AWS_ENDPOINT && !onPath("moto_server"))
        return "neither MVI_AWS_ENDPOINT nor moto_server (`pip install 'moto[all,server]'`)";
    if (!folderOfCli()) return "no pulumi in MVI_PULUMI, .tools/bin or PATH";
    const plugins = ["aws", "random"].filter((name) => !hasPlugin(name));
    return plugins.length
        ? `no plugin ${plugins.join(", ")}: \`pulumi plugin install resource ${plugins[0]}\``
        : undefined;
}

/** An emulator of AWS, and stacks which are made there by the real engine and the plugins that are installed. */
export class Emulator {
    private constructor(
        readonly endpoint: string,
        private readonly root: string,
        private readonly server: ChildProcess | undefined,
    ) {}

    static async start(): Promise<Emulator> {
        const root = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-aws-"));
        const given = process.env.MVI_AWS_ENDPOINT;
        if (given) return new Emulator(given, root, undefined);
        const port = await freePort();
        const server = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], {
            stdio: "ignore",
            env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: "true" },
        });
        const endpoint = `http://127.0.0.1:${port}`;
        for (let left = 300; ; left--) {
            const answers = await fetch(`${endpoint}/moto-api/data.json`).then(
                ({ ok }) => ok,
                () => false,
            );
            if (answers) return new Emulator(endpoint, root, server);
            if (!left || server.exitCode !== null) throw new Error(`moto_server does not answer at ${endpoint}`);
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
    }

    /** Credentials of the emulator, for a client of one's own. */
    get client() {
        return { endpoint: this.endpoint, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
    }

    async stack(name: string, program: auto.PulumiFn, settings: Readonly<Record<string, string>>): Promise<auto.Stack> {
        const work = path.join(this.root, name);
        fs.mkdirSync(work, { recursive: true });
        const stack = await auto.LocalWorkspace.createOrSelectStack(
            { projectName: "project", stackName: name, program },
            {
                workDir: work,
                envVars: {
                    PATH: `${folderOfCli()}${path.delimiter}${process.env.PATH}`,
                    PULUMI_BACKEND_URL: `file://${this.root}`,
                    PULUMI_CONFIG_PASSPHRASE: "passphrase",
                    PULUMI_SKIP_UPDATE_CHECK: "true",
                    AWS_ENDPOINT_URL: this.endpoint,
                    AWS_ACCESS_KEY_ID: "test",
                    AWS_SECRET_ACCESS_KEY: "test",
                },
            },
        );
        const config = {
            "aws:region": region,
            "aws:skipCredentialsValidation": "true",
            "aws:skipMetadataApiCheck": "true",
            "aws:s3UsePathStyle": "true",
            "aws:maxRetries": "2",
            "mvi:cloud": "aws",
            ...settings,
        };
        await stack.setAllConfig(Object.fromEntries(Object.entries(config).map(([key, value]) => [key, { value }])));
        return stack;
    }

    /** A stack's state, as it is kept. */
    state(name: string): string {
        return fs.readFileSync(path.join(this.root, ".pulumi", "stacks", "project", `${name}.json`), "utf8");
    }

    async close(): Promise<void> {
        const { server } = this;
        if (server && server.exitCode === null) {
            server.kill();
            await new Promise((resolve) => server.once("exit", resolve));
        }
        fs.rmSync(this.root, { recursive: true, force: true });
    }
}

export const region = "us-east-1";

/** The names of the resources that an operation touched, with what was done: `create uploads`. */
export async function steps(
    operation: (onEvent: (event: auto.EngineEvent) => void) => Promise<unknown>,
): Promise<string[]> {
    const seen: string[] = [];
    await operation(({ resourcePreEvent: event }) => {
        if (event && event.metadata.op !== "same")
            seen.push(`${event.metadata.op} ${event.metadata.urn.split("::").pop()}`);
    });
    return seen.sort();
}

function onPath(command: string): boolean {
    return (process.env.PATH ?? "").split(path.delimiter).some((folder) => fs.existsSync(path.join(folder, command)));
}

function folderOfCli(): string | undefined {
    const folders = [
        process.env.MVI_PULUMI,
        path.resolve(__dirname, "../../.tools/bin"),
        ...(process.env.PATH ?? "").split(path.delimiter),
    ];
    return folders.find((folder) => folder && fs.existsSync(path.join(folder, "pulumi")));
}

function hasPlugin(name: string): boolean {
    const folder = path.join(process.env.PULUMI_HOME ?? path.join(os.homedir(), ".pulumi"), "plugins");
    const installed = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
    return onPath(`pulumi-resource-${name}`) || installed.some((one) => one.startsWith(`resource-${name}-v`));
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
