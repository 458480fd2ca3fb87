/** `pulumi-resource-mvi-local`: the engine starts it with its own address, and reads the port from the first line. */

import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { packageVersion } from "../agent/core/build";
import { Unreachable } from "../agent/core/client";
import { Refusal } from "../agent/kind";
import { openEngine } from "./engine";
import { methodsOf } from "./provider";

function serve(address: string | undefined): void {
    const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
    const methods = Object.entries(methodsOf(openEngine(address), packageVersion()));
    server.addService(
        ResourceProviderService,
        Object.fromEntries(methods.map(([name, method]) => [name, unary(method as Method)])),
    );
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error) {
            throw error;
        }
        process.stdout.write(`${port}\n`);
    });
    endWithParent();
}

type Method = (request: unknown) => Promise<unknown>;

function unary(method: Method): grpc.handleUnaryCall<unknown, unknown> {
    return (call, callback) => {
        method(call.request).then(
            (response) => callback(null, response),
            (error: Error) => callback({ code: codeOf(error), details: wordsOf(error) }),
        );
    };
}

/**
 * Only for an unknown state does the engine keep an operation as pending, and warn of it. The agent answers when all is
 * done or undone, so just a lost agent leaves one.
 */
function codeOf(error: Error): grpc.status {
    return error instanceof Unreachable ? grpc.status.UNKNOWN : grpc.status.FAILED_PRECONDITION;
}

function wordsOf(error: Error): string {
    return error instanceof Refusal || error instanceof Unreachable ? error.message : (error.stack ?? error.message);
}

/** An engine that is killed does not end its plugins. */
function endWithParent(): void {
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && process.exit(0), 1000).unref();
}

serve(process.argv.slice(2).find((word) => !word.startsWith("-")));
