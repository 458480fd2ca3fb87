import * as path from "node:path";
import type { DriverOf } from "../../components/cloud";
import { Image } from "./kinds";

/** A read-only copy of the build context, named by its content, with the Dockerfile's last stage carried out. */
export const image: DriverOf<"image"> = (site, { context, dockerfile, target, args }) => {
    // `reference` is lacking here, so there is a context; a Dockerfile which is the default one may be absent.
    const made = site.make(
        "image",
        Image,
        {
            name: site.name,
            context: path.resolve(context!), // the program's folder: an embedded program's engine has another one
            dockerfile: dockerfile === "Dockerfile" ? undefined : dockerfile,
            target,
            args,
        },
        { main: true },
    );
    return { digest: made.digest, reference: made.reference };
};
