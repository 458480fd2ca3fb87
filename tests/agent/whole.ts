// All kinds as the agent has them, over the real stores, in this process and a temp folder.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { openHost } from "../../agent/core/host";
import { openVault } from "../../agent/core/vault";
import { type ContainerInputs, type ImageRef } from "../../agent/container/inputs";
import { openIdentities } from "../../agent/identity/identities";
import { type Host, type Kind } from "../../agent/kind";
import { kindRegistry } from "../../agent/kinds";
import { openLogStore } from "../../agent/log/store";
import { type DataKeys, type LogStore } from "../../agent/log/types";
import { openMetricStore } from "../../agent/metric/store";
import { type MetricStore } from "../../agent/metric/types";
import { removeTree } from "../../agent/process/remove";
import { containerInputs } from "../container/inputs";

export class Whole {
    readonly reports: string[] = [];
    readonly progress: string[] = [];
    readonly host: Host;
    readonly logs: LogStore;
    readonly metrics: MetricStore;
    readonly #stop: () => Promise<void>;

    /** @param root - what an earlier one has left, to go on with */
    constructor(readonly root = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-test-"))) {
        fs.chmodSync(root, 0o711);
        const report = (line: string): void => void this.reports.push(line);
        const folder = path.join(root, "project", "dev");
        fs.mkdirSync(folder, { recursive: true, mode: 0o711 });
        const vault = openVault(path.join(folder, "vault.key"));
        this.logs = openLogStore(path.join(folder, "logs"), {
            keys: () => this.kind("Key") as unknown as DataKeys,
            report,
        });
        this.metrics = openMetricStore(path.join(folder, "metrics"), { report });
        const kinds = openHost({
            stack: "project/dev",
            folder,
            vault,
            logs: this.logs,
            metrics: this.metrics,
            identities: openIdentities(path.join(folder, "identities.json"), vault),
            registry: kindRegistry(""),
            report,
        });
        this.host = kinds.host;
        this.#stop = async () => {
            const rank = (kind: Kind): number => kinds.order.indexOf(kind.name);
            for (const kind of kinds.used().sort((a, b) => rank(b) - rank(a))) {
                await kind.stop();
            }
            this.logs.stop();
            this.metrics.stop();
        };
    }

    get folder(): string {
        return path.join(this.root, "project", "dev");
    }

    kind(name: string): Kind {
        return this.host.kind(name);
    }

    apply<Outputs>(kind: string, id: string, inputs: object, more: { previous?: object; restoring?: boolean } = {}) {
        const call = {
            restoring: false,
            progress: (line: string) => void this.progress.push(line),
            signal: new AbortController().signal,
            ...more,
        };
        return this.kind(kind).apply(id, inputs, call) as Promise<Outputs>;
    }

    /** The image of a Node program. */
    async image(name: string, files: Record<string, string>): Promise<ImageRef> {
        const context = fs.mkdtempSync(path.join(this.root, "context-"));
        Object.entries(files).forEach(([file, text]) => fs.writeFileSync(path.join(context, file), text));
        const { inputs } = await this.kind("Image").check!({ name, context, args: {} } as never);
        return this.apply("Image", name, inputs);
    }

    /** The inputs of a container that runs `script`. */
    async container(name: string, script: string, more: Partial<ContainerInputs> = {}): Promise<ContainerInputs> {
        return containerInputs(name, await this.image(name, { "index.js": script }), more);
    }

    /** Ends what runs, and keeps the data. */
    stop(): Promise<void> {
        return this.#stop();
    }

    async end(): Promise<void> {
        await this.#stop();
        removeTree(this.root);
    }
}
