/**
 * Each run in one process has connections of its own to its engine. gRPC shares them by address, with what it knows of the address:
 * where the engine of an earlier run was killed while its program called it, and a later engine got its port, it would have that for
 * unreachable for as long as two minutes. The Automation API takes `UNAVAILABLE` for the end of the engine: a run fails, or worse, a
 * program that could register nothing passes for one that declares nothing, and all that its stack has is deleted.
 */

import * as settings from "@pulumi/pulumi/runtime/settings";

// Not in the SDK's types. Without it the runs are as the SDK has them.
const { grpcClientOptions } = settings as { grpcClientOptions?: Record<string, unknown> };

if (grpcClientOptions) {
    grpcClientOptions["grpc.use_local_subchannel_pool"] = 1; // of grpc-js: lib/channel-options.ts
}
