/** The resource provider that the engine talks to, method by method. */

import * as provider from "@pulumi/pulumi/proto/provider_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { Refusal } from "../agent/kind";
import { checkInputs, OWN } from "./check";
import { type Change, diffInputs, topOf } from "./diff";
import { type Engine } from "./engine";
import { openKinds } from "./kinds";
import { readUrn, tokenOf } from "./names";
import { apply, isFailing, isGone, read, remove, type Subject, wake } from "./resources";
import { previewOf, stableOutputs } from "./stable";
import { plain, type Properties } from "./values";

/** Methods is what the gRPC server serves: a request in, a response out. */
export function methodsOf(engine: Engine, version: string) {
    const kinds = openKinds();
    let cancelled = new AbortController();

    /**
     * @param state - what the engine has of it: empty when it is to be made
     * @param seconds - that the program gives it by `customTimeouts`; 0 is no limit
     */
    const subject = (urn: string, inputs: Properties, state: Properties, seconds = 0): Subject => ({
        kind: kinds.ofToken(readUrn(urn).token),
        urn,
        inputs,
        ...(typeof state.home === "string" ? { home: state.home } : {}),
        options: {
            signal: seconds > 0 ? AbortSignal.any([cancelled.signal, limit(urn, seconds)]) : cancelled.signal,
            onProgress: (line) => engine.progress(urn, line),
        },
    });

    const changesOf = (request: provider.DiffRequest | provider.UpdateRequest) => {
        const kind = kinds.ofToken(readUrn(request.getUrn()).token);
        const [olds, news] = [request.getOldInputs(), request.getNews()].map(
            (part) => plain(fromStruct(part)) as Properties,
        );
        return { kind, olds, changes: diffInputs(olds, news, [...kind.replaceOn, ...OWN]) };
    };

    return {
        async handshake() {
            return new provider.ProviderHandshakeResponse().setAcceptSecrets(true);
        },
        async getPluginInfo() {
            return new PluginInfo().setVersion(version);
        },
        async getSchema() {
            const resources = Object.fromEntries(kinds.names.map((name) => [tokenOf(name), {}]));
            return new provider.GetSchemaResponse().setSchema(
                JSON.stringify({ name: "mvi-local", version, resources }),
            );
        },
        async checkConfig(request: provider.CheckRequest) {
            return new provider.CheckResponse().setInputs(request.getNews());
        },
        async diffConfig() {
            // the version of the package is all there is: no resource depends on it
            return new provider.DiffResponse().setChanges(provider.DiffResponse.DiffChanges.DIFF_NONE);
        },
        async configure() {
            return new provider.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
        },
        async check(request: provider.CheckRequest) {
            const { token, agent, name } = readUrn(request.getUrn());
            const checked = await checkInputs(kinds.ofToken(token), fromStruct(request.getNews()), {
                agent,
                resourceName: name,
            });
            const failures = checked.faults.map(({ input, reason }) =>
                new provider.CheckFailure().setProperty(input).setReason(reason),
            );
            return new provider.CheckResponse().setInputs(toStruct(checked.inputs)).setFailuresList(failures);
        },
        async diff(request: provider.DiffRequest) {
            const { kind, changes, olds } = changesOf(request);
            const before = subject(request.getUrn(), olds, fromStruct(request.getOlds()));
            await wake(before);
            return diffResponse(changes, isGone(before) || isFailing(before)).setStablesList(
                stableOutputs(kind, changes),
            );
        },
        async create(request: provider.CreateRequest) {
            const inputs = fromStruct(request.getProperties());
            if (request.getPreview()) {
                return new provider.CreateResponse().setProperties(toStruct(inputs)); // what is not said is unknown
            }
            const properties = await apply(subject(request.getUrn(), inputs, {}, request.getTimeout()), true);
            return new provider.CreateResponse()
                .setId(String(plain(inputs.resourceName)))
                .setProperties(toStruct(properties));
        },
        async read(request: provider.ReadRequest) {
            const { agent } = readUrn(request.getUrn());
            const before = fromStruct(request.getInputs());
            const state = fromStruct(request.getProperties());
            const inputs = { agent: state.agent ?? agent, resourceName: request.getId(), ...before };
            const found = await read(subject(request.getUrn(), inputs, state));
            if (!found) {
                return new provider.ReadResponse();
            }
            return new provider.ReadResponse()
                .setId(request.getId())
                .setInputs(toStruct(found.inputs))
                .setProperties(toStruct(found.properties));
        },
        async update(request: provider.UpdateRequest) {
            const news = fromStruct(request.getNews());
            if (request.getPreview()) {
                const { kind, changes } = changesOf(request);
                const known = previewOf(kind, changes, fromStruct(request.getOlds()), news);
                return new provider.UpdateResponse().setProperties(toStruct(known));
            }
            const changed = subject(request.getUrn(), news, fromStruct(request.getOlds()));
            return new provider.UpdateResponse().setProperties(toStruct(await apply(changed, false)));
        },
        async delete(request: provider.DeleteRequest) {
            const { agent } = readUrn(request.getUrn());
            const state = { ...fromStruct(request.getProperties()), ...fromStruct(request.getOldInputs()) };
            const inputs = { agent, resourceName: request.getId(), ...state };
            const left = await remove(subject(request.getUrn(), inputs, state, request.getTimeout()));
            if (left !== undefined) await engine.warn(request.getUrn(), left);
            return new Empty();
        },
        async cancel() {
            cancelled.abort(new Refusal("given up"));
            cancelled = new AbortController();
            return new Empty();
        },
    };
}

function limit(urn: string, seconds: number): AbortSignal {
    const over = new AbortController();
    const { token, name } = readUrn(urn);
    const reason = new Refusal(
        `${token.split(":").pop()} ${name}: not done within the ${seconds} s of its customTimeouts`,
    );
    setTimeout(() => over.abort(reason), seconds * 1000).unref();
    return over.signal;
}

/** @param gone - whether it is not there, and is to be made anew: as an update, since its data may be there */
/** @param anew - it is to be applied though nothing has changed */
function diffResponse(changes: Change[], anew: boolean): provider.DiffResponse {
    const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
    const response = new provider.DiffResponse()
        .setChanges(changes.length === 0 && !anew ? DIFF_NONE : DIFF_SOME)
        .setDiffsList(topOf(changes))
        .setReplacesList(topOf(changes.filter(({ replaces }) => replaces)))
        .setDeletebeforereplace(true) // the name is taken until the old one is gone
        .setHasdetaileddiff(true);
    for (const { path, kind, replaces } of changes) {
        const code = provider.PropertyDiff.Kind[KINDS[`${kind}${replaces ? "Replace" : ""}`]];
        response.getDetaileddiffMap().set(path, new provider.PropertyDiff().setKind(code).setInputdiff(true));
    }
    return response;
}

const KINDS = {
    add: "ADD",
    addReplace: "ADD_REPLACE",
    delete: "DELETE",
    deleteReplace: "DELETE_REPLACE",
    update: "UPDATE",
    updateReplace: "UPDATE_REPLACE",
} as const;

function fromStruct(struct: Struct | undefined): Properties {
    return struct?.toJavaScript() ?? {};
}

function toStruct(properties: Properties): Struct {
    const withoutUndefined = JSON.parse(JSON.stringify(properties)) as { [name: string]: JavaScriptValue };
    return Struct.fromJavaScript(withoutUndefined);
}
