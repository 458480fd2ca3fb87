// Each argument of each service, in each way of using it, changes what is made on GCP: it is not dropped in silence.
import { changesAll } from "../conformance/effect";
import { lens } from "./lens";

// No container engine is needed to see what would be built.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";

describe("each argument on GCP", () => {
    changesAll("gcp", lens, {
        refused: [
            // Each machine runs each container once.
            ...["scale", "scale.cpu", "scale.max", "scale.min", "scale.requests"].map(
                (path) => `container on machines: ${path}`,
            ),
            // Cloud Run has its own.
            ...["over HTTP", "without a port"].flatMap((way) => [
                `container ${way}: stopGrace, 5 s`,
                `container ${way}: stopGrace, 20 s`,
            ]),
            "container over HTTP: health.failures, asked by TCP",
            "container over HTTP: health.interval, asked by TCP",
            // Whole hours only.
            "database with MySQL: maintenance, sun 05:30",
            "database with PostgreSQL: maintenance, sun 05:30",
            "database with Redis: backups.window, 03:30",
            "database with Redis: maintenance, sun 05:30",
        ],
        alike: [
            [/^container on machines: exec$/, "whom IAM lets onto the machines may always run `docker exec` there"],
            [/^loadBalancer .*: network$/, "Google's load balancers stand in no network"],
            [/^kv alone: (partition|sort)Key\.type$/, "a field of Firestore's takes values of every type"],
        ],
    });
});
