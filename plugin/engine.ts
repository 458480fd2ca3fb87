/** The engine, as the plugin calls it: lines for the person at `pulumi up`. */

import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

export interface Engine {
    /** Shows `line` beside the resource, until the next one. */
    progress(urn: string, line: string): void;
    /** Shows `line` as a warning, and again in the end. Resolves when the engine has it: it may end its plugins then. */
    warn(urn: string, line: string): Promise<void>;
}

/** @param address - as the engine gives it on the command line; undefined when it gave none: then nobody listens */
export function openEngine(address: string | undefined): Engine {
    if (!address) {
        return { progress: () => undefined, warn: () => Promise.resolve() };
    }
    const client = new EngineClient(address, grpc.credentials.createInsecure());
    const log = async (urn: string, line: string, severity: LogSeverity, ephemeral: boolean): Promise<void> => {
        const request = new LogRequest();
        request.setUrn(urn);
        request.setMessage(line);
        request.setSeverity(severity);
        request.setEphemeral(ephemeral);
        // a line that does not arrive is a loss to the eye only, and the work goes on
        await new Promise<void>((resolve) => client.log(request, () => resolve()));
    };
    return {
        progress: (urn, line) => void log(urn, line, LogSeverity.INFO, true),
        warn: (urn, line) => log(urn, line, LogSeverity.WARNING, false),
    };
}
