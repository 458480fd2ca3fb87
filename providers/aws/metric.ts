import * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";

/** Holds the place until it is there. */
export const metric: DriverOf<"metric"> = (site) => {
    throw new pulumi.RunError(`Metric ${site.name}: on aws a Metric is not there yet: choose another cloud`);
};
