import { conform } from "../conformance";
import { lens } from "./lens";

// No container engine is needed to see what would be built.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";

conform("gcp", {
    ...lens,
    // A field of Firestore's takes values of every type.
    only: ["partitionKey.type", "sortKey.type"],
});
