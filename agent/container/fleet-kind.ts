import { holdImage } from "../image/store";
import { type Call, type Host, type Kind, type Stable } from "../kind";
import { Doors, type InternalDoors } from "./doors";
import { type Bake, Fleet } from "./fleet";
import { type Port, type Replicas, type Rollout } from "./inputs";
import { onRotation } from "./program";
import { Serial } from "./serial";
import { type Workload } from "./workload";

/** What every kind that runs as a fleet is told. */
export interface FleetInputs {
    readonly replicas: Replicas;
    readonly ports: readonly Port[];
}

/** What every kind that runs as a fleet says. */
export interface FleetOutputs {
    readonly id: string;
    /** The stable address inside this machine of each port, by its name: `http://127.0.0.1:7012`. */
    readonly internalUrls: Readonly<Record<string, string>>;
    /** The services that a balancer routes to, by the port's name: `Container/<id>/<port>`. */
    readonly services: Readonly<Record<string, string>>;
    /** How many replicas were running when it was applied. */
    readonly running: number;
}

/** What sets one kind of fleet apart from another. */
export interface FleetSort<Inputs extends FleetInputs, More extends object> {
    readonly name: string;
    readonly secrets: readonly string[];
    /** Of the outputs that only this sort has. */
    readonly stable?: Stable<Inputs, More>;
    /** Folders of the images that it runs from. */
    images(inputs: Inputs): readonly string[];
    /** Values that may be references to secrets. */
    values(inputs: Inputs): readonly string[];
    workload(id: string, owner: string, inputs: Inputs): Promise<Workload>;
    rollout(inputs: Inputs): Rollout;
    outputs(inputs: Inputs): More;
    /** Of what was applied: what a refresh compares with the record, besides the number of replicas. */
    seen?(applied: Inputs): Partial<Inputs>;
    /** Numbers of the replicas that the disk knows: what has a disk of its own comes back with its own. */
    numbers?(id: string): number[];
    /** Called after each change: the numbers of the replicas that are to stay, and of all that are still there. */
    settled?(id: string, staying: readonly number[], all: readonly number[]): void | Promise<void>;
}

/** The kind of one sort of fleet. */
export function fleetKind<Inputs extends FleetInputs, More extends object>(
    host: Host,
    sort: FleetSort<Inputs, More>,
    internal: InternalDoors,
    bake?: Bake,
): Kind<Inputs, FleetOutputs & More> {
    const fleets = new Map<string, Entry<Inputs>>();
    const serial = new Serial();
    const ownerOf = (id: string) => `${sort.name}/${id}`;

    const apply = async (id: string, inputs: Inputs, call: Call<Inputs>): Promise<FleetOutputs & More> => {
        const owner = ownerOf(id);
        const known = fleets.get(id);
        const settled = (staying: readonly number[], all: readonly number[]) =>
            void Promise.resolve(sort.settled?.(id, staying, all)).catch((error: unknown) =>
                host.report(`${owner}: ${String(error)}`),
            );
        const entry: Entry<Inputs> = known ?? {
            fleet: new Fleet(host, owner, bake, settled),
            doors: new Doors(internal, owner),
            release: () => undefined,
            forget: () => undefined,
        };
        const releases = sort.images(inputs).map((directory) => holdImage(host, directory));
        const release = () => releases.forEach((each) => each());
        try {
            const workload = await sort.workload(id, owner, inputs);
            const internalUrls = await entry.doors.open(inputs.ports);
            fleets.set(id, entry);
            const numbers = call.restoring ? sort.numbers?.(id) : undefined;
            await entry.fleet.apply(workload, inputs.replicas, sort.rollout(inputs), { ...callOf(call), numbers });
            entry.applied = inputs;
            entry.release();
            entry.release = release;
            entry.forget();
            entry.forget = followSecrets(id, inputs);
            const services = Object.fromEntries(inputs.ports.map(({ name }) => [name, `${owner}/${name}`]));
            return { ...sort.outputs(inputs), id, internalUrls, services, running: entry.fleet.running };
        } catch (error) {
            release();
            if (known === undefined && !call.restoring) {
                fleets.delete(id);
                await entry.fleet.stop();
                await entry.doors.close();
                await sort.settled?.(id, [], []);
            }
            throw error;
        }
    };

    /** Rolls it over to the values of secrets that rotate, and tries again when that fails, until it is told to end. */
    const followSecrets = (id: string, inputs: Inputs): (() => void) => {
        const ended = new AbortController();
        const { signal } = ended;
        const report = (line: string) => host.report(`${ownerOf(id)}: ${line}`);
        const roll = (): void => {
            const call = { previous: inputs, restoring: false, progress: report, signal };
            report("a secret of it was rotated: it gets the new value");
            serial
                .run(id, async () => signal.aborted || apply(id, inputs, call))
                .catch((error: Error) => {
                    if (!signal.aborted) {
                        report(`serves on with the value before: ${error.message}`);
                        const again = setTimeout(roll, ROLL_AGAIN).unref();
                        signal.addEventListener("abort", () => clearTimeout(again), { once: true });
                    }
                });
        };
        const unwatch = onRotation(host, sort.values(inputs), roll);
        return () => {
            unwatch();
            ended.abort();
        };
    };

    return {
        name: sort.name,
        replaceOn: ["name" as keyof Inputs & string],
        stable: { id: [], internalUrls: ["ports"], services: ["ports"], ...sort.stable } as Stable<
            Inputs,
            FleetOutputs & More
        >,
        secrets: sort.secrets,
        apply: (id, inputs, call) => serial.run(id, () => apply(id, inputs, call)),

        async read(id, { inputs, outputs }) {
            const entry = fleets.get(id);
            if (entry === undefined) {
                return undefined;
            }
            const { running } = entry.fleet;
            // Fewer than asked for: one has crashed and waits for its next start.
            const min = Math.min(inputs.replicas.min, running);
            const seen = entry.applied && sort.seen?.(entry.applied);
            return {
                inputs: { ...inputs, ...seen, replicas: { ...inputs.replicas, min } },
                outputs: { ...outputs, running },
            };
        },

        remove(id, inputs) {
            fleets.get(id)?.forget();
            return serial.run(id, async () => {
                const entry = fleets.get(id);
                fleets.delete(id);
                await entry?.fleet.remove();
                await (entry?.doors ?? new Doors(internal, ownerOf(id))).remove(inputs?.ports ?? []);
                entry?.release();
                await sort.settled?.(id, [], []);
                host.identities.revoke(ownerOf(id));
            });
        },

        async stop() {
            const stopOne = async ([id, { fleet, doors, forget }]: [string, Entry<Inputs>]): Promise<void> => {
                forget();
                await serial.run(id, () => Promise.all([fleet.stop(), doors.close()]));
            };
            await Promise.all([...fleets].map(stopOne));
            fleets.clear();
        },
    };
}

/** What is kept of one fleet. */
interface Entry<Inputs> {
    /** What runs. */
    applied?: Inputs;
    readonly fleet: Fleet;
    readonly doors: Doors;
    /** Lets go of the images that it runs from. */
    release: () => void;
    /** Looks at its secrets no more, and gives up a change that they have brought about. */
    forget: () => void;
}

/** Pause before a rollover to a rotated secret is tried again, in milliseconds. */
const ROLL_AGAIN = 600_000;

function callOf<Inputs>(call: Call<Inputs>): Pick<Call<Inputs>, "restoring" | "signal" | "progress"> {
    return { restoring: call.restoring, signal: call.signal, progress: (line) => call.progress(line) };
}
