import * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";

/** Holds the place until it is there. */
export const database: DriverOf<"database"> = (site) => {
    throw new pulumi.RunError(`Database ${site.name}: on aws a Database is not there yet: choose another cloud`);
};
