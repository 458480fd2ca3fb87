import * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";

/** Holds the place until it is there. */
export const loadBalancer: DriverOf<"loadBalancer"> = (site) => {
    throw new pulumi.RunError(
        `LoadBalancer ${site.name}: on aws a LoadBalancer is not there yet: choose another cloud`,
    );
};
