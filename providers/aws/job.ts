import * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";

/** Holds the place until it is there. */
export const job: DriverOf<"job"> = (site) => {
    throw new pulumi.RunError(`Job ${site.name}: on aws a Job is not there yet: choose another cloud`);
};
