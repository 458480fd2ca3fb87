// A kind to test the agent with: a file in the agent's folder, a port, and faults on demand.
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { writeAtomic } from "../../agent/core/files";
import { Gone, type Host, type Kind, Refusal } from "../../agent/kind";

export interface FakeInputs {
    text: string;
    password?: string;
    port?: boolean;
    slow?: number;
    fail?: string;
    fixed?: string;
    nested?: { list: { value: string }[] };
}

export interface FakeOutputs {
    file: string;
    port?: number;
    pid: number;
    token: string;
}

function fake(host: Host): Kind<FakeInputs, FakeOutputs> {
    const servers = new Map<string, net.Server>();
    const fileOf = (id: string): string => path.join(host.folder("fake"), id);
    return {
        name: "Fake",
        replaceOn: ["fixed"],
        secrets: ["password", "token"],
        async apply(id, inputs, call) {
            const refuse = (): void => {
                const why = `Fake ${id}: ${inputs.fail}`;
                if (inputs.fail)
                    throw { defect: new Error("defect"), gone: new Gone(why) }[inputs.fail] ?? new Refusal(why);
            };
            if (!inputs.slow) refuse();
            writeAtomic(fileOf(id), inputs.text); // a look at it, at any moment, finds a whole one
            for (let step = 0; step < (inputs.slow ?? 0); step++) {
                call.progress(`step ${step}`);
                await new Promise((resolve) => setTimeout(resolve, 100));
                call.signal.throwIfAborted();
            }
            refuse();
            let port: number | undefined;
            if (inputs.port) {
                port = await host.port(`Fake/${id}`);
                if (!servers.has(id)) {
                    const server = net.createServer((socket) => socket.end(inputs.text));
                    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
                    servers.set(id, server);
                }
            }
            return { file: fileOf(id), port, pid: process.pid, token: `token-of-${id}` };
        },
        async read(id, recorded) {
            if (!fs.existsSync(fileOf(id))) {
                return undefined;
            }
            return { ...recorded, inputs: { ...recorded.inputs, text: fs.readFileSync(fileOf(id), "utf8") } };
        },
        async remove(id) {
            servers.get(id)?.close();
            servers.delete(id);
            host.releasePort(`Fake/${id}`);
            fs.rmSync(fileOf(id), { force: true });
        },
        async stop() {
            servers.forEach((server) => server.close());
        },
        async check(inputs) {
            const faults = inputs.text === "" ? [{ input: "text", reason: "must not be empty" }] : [];
            return { inputs, faults };
        },
    };
}

export const kinds = { Fake: fake };
