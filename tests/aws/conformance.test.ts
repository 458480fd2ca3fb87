import { conform } from "../conformance";
import { lens } from "./lens";

// No container engine is needed to see what would be built.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";

conform("aws", lens);
