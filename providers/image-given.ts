import * as pulumi from "@pulumi/pulumi";
import type { ImageParts } from "../components/image";

/** An image that is given by its digest, wherever it is: nothing is made of it. */
export function givenImage(reference: pulumi.Input<string>): ImageParts {
    const whole = pulumi.output(reference);
    return { digest: whole.apply((name) => name.slice(name.indexOf("@") + 1)), reference: whole };
}
