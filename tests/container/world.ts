import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ContainerInputs, containerKind, type ContainerOutputs, type ImageRef } from "../../agent/container";
import { checkImage, imageKind } from "../../agent/image/image";
import { type Host, type Kind } from "../../agent/kind";
import { type TestHost, testHost } from "../process/host";
import { containerInputs } from "./inputs";

/** A server which answers with its version, its replica and its process. */
export const server = (version: string, more = "") => `
    const { createServer } = require("node:http");
    const answer = { version: "${version}", replica: process.env.MVI_REPLICA, pid: process.pid };
    const server = createServer((request, response) => {
        if (request.url === "/env") return response.end(JSON.stringify(process.env));
        setTimeout(() => response.end(JSON.stringify(answer)), 20);
    });
    server.listen(process.env.PORT, process.env.HOST, () => console.log("listening"));
    process.on("SIGTERM", () => server.close(() => process.exit(0)));
    ${more}
`;

/** A host with containers, and what a test does to them. */
export class World {
    readonly host: TestHost = testHost();
    readonly progress: string[] = [];
    kind = this.newKind();
    readonly #contexts: string[] = [];

    newKind(host: Host = this.host): Kind<ContainerInputs, ContainerOutputs> {
        const doors = { openInternal: async () => ({ port: 1234, close: async () => undefined }) };
        return containerKind(host, doors, { create: 0.2, soak: 0.5, update: 0.3 });
    }

    async image(files: Record<string, string>): Promise<ImageRef> {
        const context = mkdtempSync(join(tmpdir(), "mvi-context-"));
        this.#contexts.push(context);
        for (const [path, text] of Object.entries(files)) {
            mkdirSync(dirname(join(context, path)), { recursive: true });
            writeFileSync(join(context, path), text);
        }
        const { inputs } = await checkImage({ name: "web", context, args: {} });
        return imageKind(this.host).apply("web", inputs, this.call());
    }

    async inputs(script: string, more: Partial<ContainerInputs> = {}): Promise<ContainerInputs> {
        return containerInputs("web", await this.image({ "index.js": script }), more);
    }

    async apply(inputs: ContainerInputs, restoring = false): Promise<ContainerOutputs> {
        return this.kind.apply("web", inputs, this.call(restoring));
    }

    async refusal(inputs: ContainerInputs): Promise<string> {
        return this.apply(inputs).then(
            () => expect.fail("it was applied"),
            (error: Error) => (error.name === "Refusal" ? error.message : expect.fail(error.stack ?? "")),
        );
    }

    get targets() {
        return this.host.endpoints.targets("Container/web/http");
    }

    /** One answer of a target that takes new connections. */
    async ask(path = "/"): Promise<Record<string, string>> {
        const free = this.targets.filter((target) => !target.draining);
        const target = free[Math.floor(Math.random() * free.length)];
        if (target === undefined) {
            throw new Error("there is no target");
        }
        return new Promise((resolve, reject) => {
            get({ host: target.host, port: target.port, path, agent: false, timeout: 2000 }, (response) => {
                let text = "";
                response.on("data", (chunk: Buffer) => (text += chunk.toString()));
                response.on("end", () => resolve(JSON.parse(text) as Record<string, string>));
                response.on("error", reject);
            }).on("error", reject);
        });
    }

    /** Requests without a pause, until the returned function is called. */
    load(): () => Promise<{ answers: Record<string, number>; failures: string[] }> {
        const answers: Record<string, number> = {};
        const failures: string[] = [];
        let on = true;
        const worker = async () => {
            while (on) {
                try {
                    const { version = "" } = await this.ask();
                    answers[version] = (answers[version] ?? 0) + 1;
                } catch (error) {
                    failures.push(String(error));
                    await new Promise((resolve) => setTimeout(resolve, 10));
                }
            }
        };
        const workers = Promise.all([1, 2, 3, 4].map(worker));
        return async () => {
            on = false;
            await workers;
            return { answers, failures };
        };
    }

    call(restoring = false) {
        return {
            restoring,
            progress: (line: string) => void this.progress.push(line),
            signal: new AbortController().signal,
        };
    }

    async end(): Promise<void> {
        await this.kind.stop();
        this.host.clean();
        this.#contexts.forEach((context) => rmSync(context, { recursive: true, force: true }));
    }
}
