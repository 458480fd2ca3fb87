/** The engine, as the plugin calls it: lines for the person at `pulumi up`. */

import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

export interface Engine {
    /** Shows `line` beside the resource, until the next one. */
    progress(urn: string, line: string): void;
}

/** @param address - as the engine gives it on the command line; undefined when it gave none: then nobody listens */
export function openEngine(address: string | undefined): Engine {
    if (!address) {
        return { progress: () => undefined };
    }
    const client = new EngineClient(address, grpc.credentials.createInsecure());
    return {
        progress(urn, line) {
            const request = new LogRequest();
            request.setUrn(urn);
            request.setMessage(line);
            request.setSeverity(LogSeverity.INFO);
            request.setEphemeral(true);
            // a line that does not arrive is a loss to the eye only, and the work goes on
            client.log(request, () => undefined);
        },
    };
}
