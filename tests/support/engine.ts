import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as auto from "@pulumi/pulumi/automation";

/** What is missing for a run of Pulumi's engine with these plugins, in one line; undefined when all is there. */
export function missingEngine(plugins: readonly string[]): string | undefined {
    if (!folderOfCli()) return "no pulumi in MVI_PULUMI, .tools/bin or PATH";
    const absent = plugins.filter((name) => !hasPlugin(name));
    return absent.length
        ? `no plugin ${absent.join(", ")}: \`pulumi plugin install resource ${absent[0]}\``
        : undefined;
}

/** A folder with stacks, which the real engine makes with the plugins that are installed. */
export class Workspace {
    private readonly root: string;

    /** @param env of the engine and its plugins, besides one's own */
    constructor(private readonly env: Readonly<Record<string, string>>) {
        this.root = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-stacks-"));
        // Plugins may look for a program's packages beside it.
        fs.symlinkSync(path.resolve(__dirname, "../../node_modules"), path.join(this.root, "node_modules"));
    }

    async stack(name: string, program: auto.PulumiFn, config: Settings): Promise<auto.Stack> {
        const workDir = path.join(this.root, name);
        fs.mkdirSync(workDir, { recursive: true });
        const stack = await auto.LocalWorkspace.createOrSelectStack(
            { projectName: "project", stackName: name, program },
            {
                workDir,
                envVars: {
                    PATH: `${folderOfCli()}${path.delimiter}${process.env.PATH}`,
                    PULUMI_BACKEND_URL: `file://${this.root}`,
                    PULUMI_CONFIG_PASSPHRASE: "passphrase",
                    PULUMI_SKIP_UPDATE_CHECK: "true",
                    ...this.env,
                },
            },
        );
        const values = Object.entries(config).map(([key, value]) => [
            key,
            typeof value === "string" ? { value } : value,
        ]);
        await stack.setAllConfig(Object.fromEntries(values) as auto.ConfigMap);
        return stack;
    }

    /** A stack's state, as it is kept. */
    state(name: string): string {
        return fs.readFileSync(path.join(this.root, ".pulumi", "stacks", "project", `${name}.json`), "utf8");
    }

    close(): void {
        fs.rmSync(this.root, { recursive: true, force: true });
    }
}

export type Settings = Readonly<Record<string, string | auto.ConfigValue>>;

/** The names of the resources that an operation touched, with what was done: `create uploads`. */
export async function steps(
    operation: (onEvent: (event: auto.EngineEvent) => void) => Promise<unknown>,
): Promise<string[]> {
    const seen: string[] = [];
    await operation(({ resourcePreEvent: event }) => {
        if (event && !["same", "refresh"].includes(event.metadata.op))
            seen.push(`${event.metadata.op} ${event.metadata.urn.split("::").pop()}`);
    });
    return seen.sort();
}

/** After a step that failed the next ones are passed over: as `bail`, which would end all files that run side by side. */
export function stopAtFailure(): void {
    let failed = false;
    beforeEach(function () {
        if (failed) this.skip();
    });
    afterEach(function () {
        failed ||= this.currentTest?.state === "failed";
    });
}

/** Is there such a command? */
export function onPath(command: string): boolean {
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
