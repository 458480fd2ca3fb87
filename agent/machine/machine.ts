import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { balancers } from "../balancer/engine";
import {
    type Bake,
    type FleetOutputs,
    fleetKind,
    type Health,
    type Port,
    type Replicas,
    type Rollout,
} from "../container";
import { type InternalDoors } from "../container/doors";
import { identityOf, resolved } from "../container/program";
import { type Workload } from "../container/workload";
import { readOrPutAside, removeState, writeAtomic } from "../core/files";
import { type Host, type Kind, type Permit, Refusal } from "../kind";
import { workloadFolder } from "../process/account";
import { discard } from "../process/discard";

export interface MachineInputs {
    readonly name: string;
    readonly replicas: Replicas;
    /** Cores. */
    readonly cpu: number;
    /** MiB. */
    readonly memory: number;
    /** A shell command that is kept running. @default none: it idles */
    readonly start?: string;
    /** A script (`#!…`) that is run once, when the machine is first there, before `start`. @default none */
    readonly userData?: string;
    readonly ports: readonly Port[];
    readonly health: Health;
    readonly env: Readonly<Record<string, string>>;
    /** Values may be `secret:<name>`, the value of a Secret of the stack. */
    readonly secretEnv: Readonly<Record<string, string>>;
    readonly secretFiles: Readonly<Record<string, string>>;
    readonly permits: readonly Permit[];
    /** Name of the log that its output goes to. @default its name */
    readonly log?: string;
}

export type MachineOutputs = FleetOutputs;

/** In seconds: what is declared to take longer may. */
const READY = 300;
const stopGraceSeconds = 30;

/** Machines: process groups of this machine, each with a home folder which lives as long as it does. */
export function machineKind(
    host: Host,
    internal: InternalDoors = balancers(host),
    bake?: Bake,
): Kind<MachineInputs, MachineOutputs> {
    return fleetKind<MachineInputs, object>(
        host,
        {
            name: "Machine",
            secrets: ["secretEnv", "secretFiles"],
            images: () => [],
            values: ({ secretEnv, secretFiles }) => [...Object.values(secretEnv), ...Object.values(secretFiles)],
            workload: (id, owner, inputs) => workloadOf(host, id, owner, inputs),
            rollout: ({ health }) => rolloutOf(health),
            outputs: () => ({}),
            numbers: (id) => staying(host, id),
            async settled(id, stay, all) {
                // Written before the others go: after a kill -9 each machine finds its own disk.
                writeAtomic(listPath(host, id), JSON.stringify(stay));
                const others = disks(host, id).filter((each) => !all.includes(each));
                const gone = others.map((number) => discard(host, disk(host, id, number)));
                if (all.length === 0) {
                    removeState(listPath(host, id));
                }
                await Promise.all(gone);
            },
        },
        internal,
        bake,
    );
}

/** Boots: the user data once, then what is kept running. Its $0 is the command. */
const boot = `set -e
if [ ! -e "$HOME/.booted" ]; then
    if [ -n "\${MVI_USER_DATA:-}" ]; then
        cp "$MVI_USER_DATA" "$HOME/.user-data"
        chmod 700 "$HOME/.user-data"
        "$HOME/.user-data"
    fi
    : > "$HOME/.booted"
fi
exec /bin/sh -c "$0"`;

/** Machines are ready in the time that their startup check has, and a few seconds for what follows it. */
export function rolloutOf({ startup }: Health): Rollout {
    const own = startup === undefined ? 0 : startup.initialDelaySeconds + startup.failures * startup.intervalSeconds;
    return { strategy: "rolling", timeoutSeconds: Math.max(READY, own + 10), maxSurge: 1 };
}

async function workloadOf(host: Host, id: string, owner: string, inputs: MachineInputs): Promise<Workload> {
    const { userData, start = "exec tail -f /dev/null", cpu, memory } = inputs;
    if (userData !== undefined && !userData.startsWith("#!")) {
        throw new Refusal(
            `Machine ${id}: userData must be a script that begins with #!: this machine boots no cloud-init document`,
        );
    }
    const script = "/mvi/user-data";
    return {
        owner,
        name: id,
        log: inputs.log ?? id,
        programs: [
            {
                name: "",
                launch: { command: ["/bin/sh", "-c", boot, start], cwd: "/", env: {} },
                env: {
                    ...inputs.env,
                    ...resolved(host, inputs.secretEnv),
                    ...(userData === undefined ? {} : { MVI_USER_DATA: script }),
                },
                files: {
                    ...resolved(host, inputs.secretFiles),
                    ...(userData === undefined ? {} : { [script]: userData }),
                },
                cpu,
                memory,
                home: (number) => disk(host, id, number),
            },
        ],
        identity: await identityOf(host, owner, inputs.permits),
        ports: inputs.ports,
        health: inputs.health,
        stopGraceSeconds,
    };
}

function disk(host: Host, id: string, number: number): string {
    return join(workloadFolder(host, "machines"), `${id}.${number}`);
}

/** Numbers of the machines that are to be there. */
function staying(host: Host, id: string): number[] {
    const path = listPath(host, id);
    if (!existsSync(path)) return [];
    const report = (line: string): void => host.report(line);
    const kept = readOrPutAside(path, (text) => JSON.parse(text) as number[], report);
    if (kept) return kept;
    const all = disks(host, id); // none is lost
    writeAtomic(path, JSON.stringify(all));
    return all;
}

function listPath(host: Host, id: string): string {
    return join(workloadFolder(host, "machines"), `${id}.json`);
}

/** Numbers of the machines whose disks are there. */
function disks(host: Host, id: string): number[] {
    const names = readdirSync(workloadFolder(host, "machines")).filter((name) => name.startsWith(`${id}.`));
    return names.map((name) => Number(name.slice(id.length + 1))).filter(Number.isInteger);
}
