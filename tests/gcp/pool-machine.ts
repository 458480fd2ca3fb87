import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

type Inputs = (type: string, name: string) => Record<string, unknown>;

/** What a VM's machine gets to do when it comes up, and the files which it makes of it. */
export function booted(inputs: Inputs, vm = "pool") {
    const { metadata } = inputs("RegionInstanceTemplate", `${vm}-template`) as { metadata: Record<string, string> };
    const text = metadata["user-data"];
    const made = [...text.matchAll(/^echo (\S+) \| base64 -d > (\S+)$/gm)].map(([, content, file]) => [
        file,
        Buffer.from(content, "base64").toString(),
    ]);
    const files = Object.fromEntries(made) as Record<string, string>;
    const scripts = text.split(/^--==mvi-part==(?:--)?$/m).flatMap((part) => /#!\/bin\/sh[^]*/.exec(part) ?? []);
    return { text, files, scripts };
}

/** The port of the machine that a script publishes a container's port at. */
export const hostOf = (script: string, port: number) =>
    Number(new RegExp(`--publish (\\d+):${port} `).exec(script)?.[1]);

/** What the shell says against a script; empty when it can be read. */
export function unreadable(script: string): string {
    return spawnSync("/bin/sh", ["-n"], { input: script, encoding: "utf8" }).stderr;
}

/** Machine runs a machine's scripts here, with commands that only say how they were called. */
export class Machine {
    readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-pool-"));

    constructor(files: Readonly<Record<string, string>>) {
        for (const [file, text] of Object.entries(files)) {
            const target = this.at(file);
            fs.mkdirSync(path.dirname(target), { recursive: true });
            fs.writeFileSync(target, this.moved(text));
        }
        fs.mkdirSync(this.at("/bin"), { recursive: true });
    }

    at(file: string): string {
        return path.join(this.folder, file);
    }

    /** A command, by what it does: lines of the shell. */
    command(name: string, lines: string): void {
        fs.writeFileSync(this.at(`/bin/${name}`), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
    }

    run(file: string, input = ""): SpawnSyncReturns<string> {
        return spawnSync("/bin/sh", [this.at(file)], { encoding: "utf8", input, env: this.env });
    }

    /** The same, while this process goes on. */
    async running(file: string, input = ""): Promise<string> {
        const child = spawn("/bin/sh", [this.at(file)], { env: this.env });
        child.stdin.end(input);
        let out = "";
        child.stdout.setEncoding("utf8").on("data", (part: string) => (out += part));
        await new Promise((resolve) => child.on("close", resolve));
        return out;
    }

    end(): void {
        fs.rmSync(this.folder, { recursive: true, force: true });
    }

    private get env(): NodeJS.ProcessEnv {
        return { PATH: `${this.at("/bin")}:${process.env.PATH}` };
    }

    private moved(text: string): string {
        return text.replaceAll("/run/mvi", this.at("/run/mvi")).replaceAll("/etc/mvi", this.at("/etc/mvi"));
    }
}
