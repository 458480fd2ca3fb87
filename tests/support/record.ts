/** What a program registers, as the engine gets it: recorded here, to be registered by hand (tests/scale) or looked at (tests/critical). */

import * as pulumi from "@pulumi/pulumi";

/** Recorded is one resource, in the order of registration. */
export interface Recorded {
    readonly type: string;
    readonly name: string;
    /** As they travel: with marks where there is a secret, an asset or an archive. */
    readonly inputs: Readonly<Record<string, unknown>>;
    /** Of what each input is made: numbers of resources. */
    readonly from: Readonly<Record<string, readonly number[]>>;
    /** What it waits for besides. */
    readonly after: readonly number[];
    /** Its parent, where that is a resource of a cloud and no component. */
    readonly parent?: number;
    /** Its parent, where that is a component: that one's number. */
    readonly within?: number;
    /** An explicit provider. */
    readonly provider?: number;
    readonly options: pulumi.CustomResourceOptions;
    /** The hooks that the engine calls when it fails, by name. @default none */
    readonly onError?: readonly string[];
}

/** Grouping is a component: it holds resources together, and is none of a cloud. */
export interface Grouping {
    readonly type: string;
    readonly name: string;
    /** The component that it is in. */
    readonly within?: number;
}

export interface Recording {
    readonly resources: Recorded[];
    readonly components: Grouping[];
    readonly questions: readonly Question[];
}

/** Question is what is asked of a cloud, of the provider of that version. */
export interface Question {
    readonly token: string;
    readonly args: Readonly<Record<string, unknown>>;
    readonly version: string;
}

/** The requests, as far as they matter here. */
interface Register {
    toObject(): Omit<Message, "object">;
    getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
    getPropertydependenciesMap(): { forEach(of: (urns: { getUrnsList(): string[] }, name: string) => void): void };
    getIgnorechangesList(): string[];
    getReplaceonchangesList(): string[];
    getHooks(): { getOnErrorList(): string[] } | undefined;
}
interface Message {
    type: string;
    name: string;
    custom: boolean;
    parent: string;
    provider: string;
    dependenciesList: string[];
    protect?: boolean;
    retainondelete?: boolean;
    deletebeforereplace: boolean;
    deletebeforereplacedefined: boolean;
    additionalsecretoutputsList: string[];
    version: string;
    customtimeouts?: { create: string; update: string; pb_delete: string };
    aliasesList: { spec?: { type: string } }[];
}
interface Ask {
    getTok(): string;
    getVersion(): string;
    getArgs(): { toJavaScript(): Record<string, unknown> } | undefined;
}
interface Monitor {
    registerResource(request: Register, done: (error: unknown, answer: { getUrn(): string }) => void): unknown;
    invoke(request: Ask, done: unknown): unknown;
}

/** Records what the running program registers from here on. */
export function record(): Recording {
    const questions: Question[] = [];
    const recording: Recording = { resources: [], components: [], questions };
    const numbers = new Map<string, number>();
    const components = new Map<string, number>();
    const asked = new Set<string>();
    const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
    const { registerResource, invoke } = monitor;
    monitor.registerResource = (request, done) =>
        registerResource.call(monitor, request, (error, answer) => {
            const message = request.toObject();
            const within = components.get(message.parent);
            if (answer && message.custom) {
                const read = { ...readRequest(request, message, numbers), within };
                numbers.set(answer.getUrn(), recording.resources.push(read) - 1);
            } else if (answer && message.type !== "pulumi:pulumi:Stack") {
                const { type, name } = message;
                components.set(answer.getUrn(), recording.components.push({ type, name, within }) - 1);
            }
            done(error, answer);
        });
    monitor.invoke = (request, done) => {
        const args = request.getArgs()?.toJavaScript() ?? {};
        const question: Question = { token: request.getTok(), args, version: request.getVersion() };
        const key = JSON.stringify(question);
        if (!asked.has(key)) questions.push(question);
        asked.add(key);
        return invoke.call(monitor, request, done);
    };
    return recording;
}

function readRequest(
    request: Register,
    message: Omit<Message, "object">,
    numbers: ReadonlyMap<string, number>,
): Recorded {
    const numbersOf = (urns: readonly string[]) =>
        urns.map((urn) => numbers.get(urn)).filter((number) => number !== undefined);
    const from: Record<string, number[]> = {};
    request.getPropertydependenciesMap().forEach((urns, name) => {
        const given = numbersOf(urns.getUrnsList());
        if (given.length > 0) from[name] = given;
    });
    const known = new Set(Object.values(from).flat());
    const timeouts = message.customtimeouts;
    return {
        type: message.type,
        name: message.name,
        inputs: request.getObject()?.toJavaScript() ?? {},
        from,
        after: numbersOf(message.dependenciesList).filter((number) => !known.has(number)),
        parent: numbers.get(message.parent),
        provider: numbers.get(message.provider.replace(/::[^:]*$/, "")),
        options: {
            ...(message.protect ? { protect: true } : {}),
            ...(message.retainondelete ? { retainOnDelete: true } : {}),
            ...(message.deletebeforereplacedefined ? { deleteBeforeReplace: message.deletebeforereplace } : {}),
            ...(message.version ? { version: message.version } : {}),
            ignoreChanges: request.getIgnorechangesList(),
            replaceOnChanges: request.getReplaceonchangesList(),
            additionalSecretOutputs: message.additionalsecretoutputsList,
            aliases: message.aliasesList.flatMap(({ spec }) => (spec?.type ? [{ type: spec.type }] : [])),
            ...(timeouts &&
                Object.values(timeouts).some(Boolean) && {
                    customTimeouts: { create: timeouts.create, update: timeouts.update, delete: timeouts.pb_delete },
                }),
        },
        onError: request.getHooks()?.getOnErrorList(),
    };
}
