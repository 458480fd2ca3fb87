import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentOptions, type Guarded, defineService, type Parts } from "./component";
import type { Key } from "./key";
import type { Link } from "./link";
import { encryptingKey } from "./reference";
import { flag, list, number, oneOf, optional, record, text } from "./shape";

/** BlobArgs configures a {@link Blob}. */
export interface BlobArgs extends Guarded<"blob"> {
    /** Keeps an object's old versions when it changes or goes. @default true */
    versioned?: boolean;
    /** What is deleted by itself. Unfinished uploads always are, after 7 days. @default old versions after 90 days */
    lifecycle?: LifecycleArgs[];
    /** Which web pages may use it from a browser. @default none */
    cors?: CorsArgs[];
    /** Encrypts it. @default the cloud's own key */
    key?: Key;
}

export interface LifecycleArgs {
    /** The objects it is for. @default all */
    prefix?: string;
    /** Days from an object's making to its end, 1 to 36500. */
    expire?: number;
    /** Days from an old version's replacement to its end, 1 to 36500. */
    expireOld?: number;
}

export interface CorsArgs {
    /** Such as "https://shop.example.com", or "*". */
    origins: string[];
    /** @default ["GET", "HEAD"] */
    methods?: ("GET" | "HEAD" | "PUT" | "POST" | "DELETE")[];
    /** Request headers which a page may set. @default ["*"] */
    headers?: string[];
    /** Seconds that a browser may remember this. @default 3600 */
    maxAge?: number;
}

export interface LifecycleSpec {
    prefix: string;
    expire: number | undefined;
    expireOld: number | undefined;
}

export interface BlobSpec {
    versioned: boolean;
    lifecycle: LifecycleSpec[];
    cors: Required<CorsArgs>[];
    key: Key | undefined;
}

/** BlobParts is what a driver gives back. */
export interface BlobParts extends Parts {
    /** Its name at its cloud. */
    id: pulumi.Output<string>;
    /** Where `openBlob` of `pulumi-mvi/runtime` opens it: `s3://…`, `gs://…`. */
    url: pulumi.Output<string>;
}

const days = number({ min: 1, max: 36500, unit: "days" });

export const blobService = defineService<BlobArgs, BlobSpec>({
    name: "blob",
    type: "Blob",
    access: ["write", "read"],
    defaultAccess: ["write"],
    fields: () => ({
        versioned: optional(flag, true),
        lifecycle: optional(
            list(
                record<LifecycleSpec>({
                    prefix: optional(text("a prefix"), ""),
                    expire: optional(days),
                    expireOld: optional(days),
                }),
            ),
            [{ prefix: "", expire: undefined, expireOld: 90 }],
        ),
        cors: optional(
            list(
                record<Required<CorsArgs>>({
                    origins: list(
                        text("an origin", {
                            pattern: /^(\*|https?:\/\/[^\s/]+)$/,
                            todo: 'write one like "https://shop.example.com"',
                        }),
                    ),
                    methods: optional(list(oneOf("GET", "HEAD", "PUT", "POST", "DELETE")), ["GET", "HEAD"]),
                    headers: optional(list(text("a header's name")), ["*"]),
                    maxAge: optional(number({ min: 0, max: 86400, unit: "seconds" }), 3600),
                }),
            ),
            [],
        ),
        key: optional(encryptingKey<Key>()),
    }),
    rules: ({ lifecycle, versioned }, at, args) => {
        lifecycle.forEach((rule, index) => {
            const own = at.in("lifecycle").in(index);
            if (rule.expire === undefined && rule.expireOld === undefined)
                own.fault("says nothing to delete", "give `expire` or `expireOld`");
            if (!versioned && args.lifecycle && rule.expireOld !== undefined)
                own.in("expireOld").fault(
                    "is for a versioned store",
                    "leave it out, or set `versioned: true`",
                    rule.expireOld,
                );
        });
    },
    prepare: (_self, spec) =>
        spec.versioned ? spec : { ...spec, lifecycle: spec.lifecycle.filter((rule) => rule.expire !== undefined) },
});

/** Blob is a store of objects: private, and encrypted at rest, on every cloud. */
export class Blob extends Component<"blob"> implements BlobParts {
    readonly id: pulumi.Output<string>;
    readonly url: pulumi.Output<string>;

    constructor(name: string, args: BlobArgs = {}, options?: ComponentOptions) {
        super(blobService, name, args, options);
        ({ id: this.id, url: this.url } = this.parts);
    }

    /** A link that can read only: `uses: [uploads.readOnly()]`. */
    readOnly(): Link {
        return this.link(["read"]);
    }
}
