/** A resource provider for tests, which stands for every cloud's: whatever is asked of it is done, at once or after a delay. */

import * as grpc from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as provider from "@pulumi/pulumi/proto/provider_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { readUrn } from "../../../plugin/names";
import { plain, same, secret } from "../../../plugin/values";
import { value as valueOf } from "../mocks";
import { answerOf, outputsOf } from "./clouds";

/** The packages that it stands for. */
export const packages = ["aws", "gcp", "random", "docker-build", "mvi-local"] as const;

type Inputs = Record<string, unknown>;

/** Made is one resource that is being made, or asked for. */
export interface Made {
    readonly type: string;
    readonly name: string;
    readonly inputs: Inputs;
}

export interface Behaviour {
    /** Something was asked, or answered. */
    touch?(): void;
    /** Resolves when the resource is there. @default at once */
    creating?(made: Made): Promise<void>;
}

export interface InstantProvider {
    /** For `PULUMI_DEBUG_PROVIDERS`: the engine connects to it, and starts no plugin. */
    readonly attach: string;
    close(): void;
}

/** Serves on a free port of loopback. */
export async function serveInstant(behaviour: Behaviour = {}): Promise<InstantProvider> {
    const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
    const methods = Object.entries(methodsOf(behaviour)) as [string, (request: unknown) => Promise<unknown>][];
    const served = methods.map(([name, method]) => [name, unary(method, behaviour)]);
    server.addService(ResourceProviderService, Object.fromEntries(served));
    const port = await new Promise<number>((resolve, reject) =>
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error ? reject(error) : resolve(bound),
        ),
    );
    return { attach: packages.map((name) => `${name}:${port}`).join(","), close: () => server.forceShutdown() };
}

function unary(
    method: (request: unknown) => Promise<unknown>,
    { touch = () => undefined }: Behaviour,
): grpc.handleUnaryCall<unknown, unknown> {
    return (call, callback) => {
        touch();
        method(call.request)
            .then(
                (response) => callback(null, response),
                (error: Error) => callback({ code: grpc.status.INTERNAL, details: error.stack }),
            )
            .finally(touch);
    };
}

function methodsOf({ creating }: Behaviour) {
    return {
        handshake: async () => new provider.ProviderHandshakeResponse().setAcceptSecrets(true),
        // The engine gives up on versions that are older than the program's package.
        getPluginInfo: async () => new PluginInfo().setVersion("999.0.0"),
        checkConfig: async (request: provider.CheckRequest) =>
            new provider.CheckResponse().setInputs(request.getNews()),
        diffConfig: async () => new provider.DiffResponse().setChanges(provider.DiffResponse.DiffChanges.DIFF_NONE),
        configure: async () => new provider.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true),
        check: async (request: provider.CheckRequest) => new provider.CheckResponse().setInputs(request.getNews()),
        // What changes is got in place: what a cloud makes anew is not known here.
        async diff(request: provider.DiffRequest) {
            const [before, after] = [request.getOldInputs(), request.getNews()].map(comparable);
            const names = new Set([...Object.keys(before!), ...Object.keys(after!)]);
            const changed = [...names].filter((name) => !same(before![name], after![name]));
            const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
            return new provider.DiffResponse().setChanges(changed.length ? DIFF_SOME : DIFF_NONE).setDiffsList(changed);
        },
        async create(request: provider.CreateRequest) {
            // In a preview, what is not said is unknown.
            if (request.getPreview()) return new provider.CreateResponse().setProperties(request.getProperties());
            const made = madeOf(request);
            await creating?.(made);
            const { id, ...outputs } = outputsOf(made);
            const properties = request.getProperties() ?? new Struct();
            const computed = structOf(outputs).getFieldsMap();
            computed.forEach((value, name) => properties.getFieldsMap().set(name, value));
            return new provider.CreateResponse().setId(id).setProperties(properties);
        },
        read: async (request: provider.ReadRequest) =>
            new provider.ReadResponse()
                .setId(request.getId())
                .setInputs(request.getInputs())
                .setProperties(request.getProperties()),
        async update(request: provider.UpdateRequest) {
            const properties = request.getOlds() ?? new Struct(); // what was computed stays
            request
                .getNews()
                ?.getFieldsMap()
                .forEach((value, name) => properties.getFieldsMap().set(name, value));
            return new provider.UpdateResponse().setProperties(properties);
        },
        delete: async () => new Empty(),
        async invoke(request: provider.InvokeRequest) {
            const args = plain(request.getArgs()?.toJavaScript() ?? {}) as Inputs;
            const answer = Object.entries({ ...args, ...answerOf(request.getTok(), args) });
            const members = answer.map(async ([name, value]) => [name, await marked(value)] as const);
            return new provider.InvokeResponse().setReturn(structOf(Object.fromEntries(await Promise.all(members))));
        },
        attach: async () => new Empty(), // The engine: it is told of nothing.
        cancel: async () => new Empty(),
    };
}

/** Inputs as they are compared: without the marks of secrets, and files by what they hold, wherever they lie. */
const comparable = (inputs: Struct | undefined): Inputs => byContent(plain(inputs?.toJavaScript() ?? {})) as Inputs;

function byContent(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(byContent);
    const { hash } = value as { hash?: unknown };
    const isFile = Object.values(value).some((mark) => mark === asset || mark === archive);
    if (isFile) return hash;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, byContent(part)]));
}

/** The engine's marks of a file, and of a folder. */
const [asset, archive] = ["c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"];

/** A secret of a program, as the engine has it. */
const marked = async (value: unknown): Promise<unknown> =>
    pulumi.Output.isInstance(value) ? secret(await valueOf(value)) : value;

/** A struct has no undefined. */
function structOf(values: Inputs): Struct {
    return Struct.fromJavaScript(JSON.parse(JSON.stringify(values)) as Record<string, JavaScriptValue>);
}

function madeOf(request: provider.CreateRequest): Made {
    const { token: type, name } = readUrn(request.getUrn());
    return { type, name, inputs: plain(request.getProperties()?.toJavaScript() ?? {}) as Inputs };
}
