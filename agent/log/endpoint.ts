/** The agent's one server for reading logs, which is there from the first link to read one until the agent stops. */

import { type Server } from "node:http";
import { type Host } from "../kind";
import { startJsonService, stopJsonService } from "../kv/json-service";
import { logsService } from "./service";
import { type LogStore } from "./types";

const servers = new WeakMap<Host, Promise<{ server: Server; endpoint: string }>>();

/** Where logs are read, started when it is not there yet. @throws Refusal when its port is taken. */
export async function logsEndpoint(host: Host): Promise<string> {
    let started = servers.get(host);
    if (!started) {
        started = start(host);
        servers.set(host, started);
        started.catch(() => servers.delete(host)); // the next one tries again; this one's fault goes to the caller
    }
    return (await started).endpoint;
}

/** Ends the server, when there is one. */
export async function stopLogs(host: Host): Promise<void> {
    const started = await servers.get(host)?.catch(() => undefined); // one that did not start has nothing to end
    servers.delete(host);
    if (started) await stopJsonService(started.server);
}

async function start(host: Host): Promise<{ server: Server; endpoint: string }> {
    const port = await host.port("logs");
    const server = await startJsonService(host, "Log", port, logsService(host, host.logs as LogStore));
    return { server, endpoint: `http://127.0.0.1:${port}` };
}
