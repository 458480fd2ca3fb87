import * as pulumi from "@pulumi/pulumi";

/** Is it an object of data, with members by name: no list, no output, no resource? */
export function isPlain(given: unknown): given is Record<string, unknown> {
    return (
        typeof given === "object" &&
        given !== null &&
        // A Map, a Date or a Buffer has no members by name: it would be read as if it were empty.
        ["[object Object]", "[object Module]"].includes(Object.prototype.toString.call(given)) &&
        !pulumi.Output.isInstance(given) &&
        !pulumi.Resource.isInstance(given)
    );
}
