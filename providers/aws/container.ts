import * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";

/** Holds the place until it is there. */
export const container: DriverOf<"container"> = (site) => {
    throw new pulumi.RunError(`Container ${site.name}: on aws a Container is not there yet: choose another cloud`);
};
