// Each argument of each service, in each way of using it, changes what is made on local: it is not dropped in silence.
import { changesAll } from "../conformance/effect";
import { outputs } from "./computed";

// No container engine is needed to see what would be built.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";

describe("each argument on local", () => {
    changesAll(
        "local",
        { outputs },
        {
            refused: [
                // It needs a container engine.
                ...["over HTTP", "without a port"].flatMap((way) => [
                    `container ${way}: image`,
                    `container ${way}: sidecars.proxy.image`,
                ]),
                ...["by hand", "on a schedule", "once"].map((way) => `job ${way}: image`),
                "database with MySQL: backups.pointInTime",
            ],
            alike: [
                [/: network$/, "there is one network here, the loopback: whatever network is named, it is that"],
                [/^(container|job) .*: image, an Image$/, "in the mocks, all images that are built are the same"],
            ],
        },
    );
});
