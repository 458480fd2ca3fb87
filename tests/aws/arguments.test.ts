// Each argument of each service, in each way of using it, changes what is made on AWS: it is not dropped in silence.
import { changesAll } from "../conformance/effect";
import { lens } from "./lens";

// No container engine is needed to see what would be built.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";

describe("each argument on AWS", () => {
    changesAll("aws", lens, {
        refused: [
            // RDS can always go back to any point in time.
            "database serverless: backups.pointInTime",
            "database with MySQL: backups.pointInTime",
            // RDS's standard support of 8.0 has ended.
            "database with MySQL: version",
            "database with PostgreSQL: backups.pointInTime",
        ],
        // A shell there takes the same resources as none.
        not: ["container with a shell"],
        alike: [
            [/^container .*: health\.\w+, asked by TCP$/, "ECS asks nobody by TCP: it sees that a container has ended"],
            [
                /^loadBalancer for HTTP: accessLog$/,
                "without a domain the load balancer is the stack's, and always keeps one",
            ],
            [/^loadBalancer for TCP: accessLog$/, "what passes TCP on keeps lines of TLS only, and ends none"],
        ],
    });
});
