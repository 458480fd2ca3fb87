import * as pulumi from "@pulumi/pulumi";

/** Is it an object of data: no list, no output, no resource? */
export function isPlain(given: unknown): given is Record<string, unknown> {
    return (
        typeof given === "object" &&
        given !== null &&
        !Array.isArray(given) &&
        !pulumi.Output.isInstance(given) &&
        !(given instanceof Promise) &&
        !pulumi.Resource.isInstance(given)
    );
}
