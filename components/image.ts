import type * as pulumi from "@pulumi/pulumi";
import { type Common, Component, type ComponentOptions, defineService, type Parts } from "./component";
import { envName, imageReference } from "./image-reference";
import { type Fields, input, list, mapOf, oneOf, optional, text } from "./shape";

/** ImageArgs configures an {@link Image}. */
export interface ImageArgs extends Common<"image"> {
    /** The folder with what the build may copy, relative to the program. Exactly one of `context` and `reference`. */
    context?: string;
    /** The Dockerfile, relative to `context`. @default "Dockerfile" */
    dockerfile?: string;
    /** The stage to build. @default the last one */
    target?: string;
    /** Build arguments. Never a secret: they can be read from the image. @default none */
    args?: Record<string, string>;
    /** What it must run on. Cloud Run has only linux/amd64. @default ["linux/amd64"] */
    platforms?: ("linux/amd64" | "linux/arm64")[];
    /** An image which was built elsewhere, by digest: `registry/name@sha256:…`. */
    reference?: pulumi.Input<string>;
}

export interface ImageSpec {
    context: string | undefined;
    dockerfile: string;
    target: string | undefined;
    args: Record<string, string>;
    platforms: ("linux/amd64" | "linux/arm64")[];
    reference: pulumi.Input<string> | undefined;
}

/** ImageParts is what a driver gives back. */
export interface ImageParts extends Parts {
    /** `sha256:…`: what it holds, for ever. */
    digest: pulumi.Output<string>;
    /** The whole name, with the digest: what is deployed. */
    reference: pulumi.Output<string>;
}

export const imageFields: Fields<ImageSpec> = {
    context: optional(text("a folder")),
    dockerfile: optional(text("a file's path"), "Dockerfile"),
    target: optional(text("a stage's name")),
    args: optional(mapOf(text(), envName), {}),
    platforms: optional(list(oneOf("linux/amd64", "linux/arm64"), { max: 2 }), ["linux/amd64"]),
    reference: optional(input(imageReference)),
};

export const imageService = defineService<ImageArgs, ImageSpec>({
    name: "image",
    type: "Image",
    fields: () => imageFields,
    rules: ({ context, reference }, at, args) => {
        if ((context === undefined) === (reference === undefined)) {
            at.fault(
                `has ${context === undefined ? "neither `context` nor" : "both `context` and"} \`reference\``,
                "give exactly one of them",
            );
        }
        for (const key of ["dockerfile", "target", "args", "platforms"] as const) {
            if (reference !== undefined && args[key] !== undefined)
                at.in(key).fault("is for an image that is built here", "leave it out, or give `context`");
        }
    },
});

/** Image is an app with all it needs to run, kept in a private place, and always deployed by digest. */
export class Image extends Component<"image"> implements ImageParts {
    readonly digest: pulumi.Output<string>;
    readonly reference: pulumi.Output<string>;

    constructor(name: string, args: ImageArgs, options?: ComponentOptions) {
        super(imageService, name, args, options);
        ({ digest: this.digest, reference: this.reference } = this.parts);
    }
}
