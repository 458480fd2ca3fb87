/** The host: what the agent lends to its kinds, put together. */

import * as path from "node:path";
import { type Host, type Kind } from "../kind";
import { type KindRegistry } from "../kinds";
import { type Identities, type LogSink, type MetricSink, type Vault } from "../kind";
import { openEndpoints } from "./endpoints";
import { makeFolder } from "./files";
import { openPorts } from "./ports";

export interface HostParts {
    readonly stack: string;
    /** The agent's folder. */
    readonly folder: string;
    readonly vault: Vault;
    readonly logs: LogSink;
    readonly metrics: MetricSink;
    readonly identities: Identities;
    readonly registry: KindRegistry;
    report(line: string): void;
}

/** HostedKinds makes each kind once, when it is first asked for. */
export interface HostedKinds {
    readonly host: Host;
    readonly order: readonly string[];
    kind(name: string): Kind;
    used(): Kind[];
}

export function openHost(parts: HostParts): HostedKinds {
    const made = new Map<string, Kind>();
    const ports = openPorts(parts.folder, parts.report);
    const kind = (name: string): Kind => {
        const known = made.get(name) ?? parts.registry.make(name, host);
        made.set(name, known);
        return known;
    };
    const host: Host = {
        stack: parts.stack,
        folder: (name) => makeFolder(path.join(parts.folder, "data", name)),
        port: (owner) => ports.port(owner),
        releasePort: (owner) => ports.releasePort(owner),
        vault: parts.vault,
        logs: parts.logs,
        metrics: parts.metrics,
        identities: parts.identities,
        endpoints: openEndpoints(),
        kind: <K extends Kind>(name: string) => kind(name) as K,
        report: parts.report,
    };
    return { host, order: parts.registry.order, kind, used: () => [...made.values()] };
}
