import * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";

/** Holds the place until it is there. */
export const vm: DriverOf<"vm"> = (site) => {
    throw new pulumi.RunError(`VM ${site.name}: on aws a VM is not there yet: choose another cloud`);
};
