import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentOptions, type Guarded, defineService, type Parts } from "./component";
import type { Key } from "./key";
import type { Link } from "./link";
import { encryptingKey } from "./reference";
import { type Field, flag, isPlain, oneOf, optional, record, text } from "./shape";

/** KVArgs configures a {@link KV}. */
export interface KVArgs extends Guarded<"kv"> {
    /** What an entry is found by: an attribute's name (a text), or its name and type. Fixed once made. @default "key" */
    partitionKey?: string | AttributeArgs;
    /** What entries of one partition are ordered by, and found by prefix. Fixed once made. @default none */
    sortKey?: string | AttributeArgs;
    /** The attribute with the time, in seconds since 1970, after which an entry is gone. @default "expires" */
    ttl?: string;
    /**
     * Can be restored to any second within the last days (AWS 35, GCP 7; there, if it is protected, also to each of the last 35
     * days, even after it is deleted). @default true
     */
    pointInTime?: boolean;
    /** Encrypts it. @default the cloud's own key */
    key?: Key;
}

export interface AttributeArgs {
    name: string;
    /** @default "string" */
    type?: "string" | "number" | "binary";
}
export type AttributeSpec = Required<AttributeArgs>;

export interface KVSpec {
    partitionKey: AttributeSpec;
    sortKey: AttributeSpec | undefined;
    ttl: string;
    pointInTime: boolean;
    key: Key | undefined;
}

/** KVParts is what a driver gives back. */
export interface KVParts extends Parts {
    /** Its name at its cloud. */
    id: pulumi.Output<string>;
    /** Where `openKV` of `pulumi-mvi/runtime` opens it: `dynamodb://…`, `firestore://…`. */
    url: pulumi.Output<string>;
}

const attributeName = text("an attribute's name", {
    pattern: /^[A-Za-z_][A-Za-z0-9_]{0,63}$/,
    todo: "use letters, digits and _",
});

const attribute: Field<AttributeSpec> = (given, at) =>
    record<AttributeSpec>({ name: attributeName, type: optional(oneOf("string", "number", "binary"), "string") })(
        isPlain(given) ? given : { name: given },
        at,
    );

export const kvService = defineService<KVArgs, KVSpec>({
    name: "kv",
    type: "KV",
    access: ["write", "read"],
    defaultAccess: ["write"],
    fields: () => ({
        partitionKey: optional(attribute, { name: "key", type: "string" as const }),
        sortKey: optional(attribute),
        ttl: optional(attributeName, "expires"),
        pointInTime: optional(flag, true),
        key: optional(encryptingKey<Key>()),
    }),
    rules: ({ partitionKey, sortKey, ttl }, at) => {
        const names = [partitionKey.name, sortKey?.name, ttl].filter((name) => name !== undefined);
        if (new Set(names).size < names.length)
            at.fault("has two attributes of one name", "rename one of `partitionKey`, `sortKey` and `ttl`", names);
    },
});

/** KV keeps small structured entries by key, highly available. */
export class KV extends Component<"kv"> implements KVParts {
    readonly id: pulumi.Output<string>;
    readonly url: pulumi.Output<string>;

    constructor(name: string, args: KVArgs = {}, options?: ComponentOptions) {
        super(kvService, name, args, options);
        ({ id: this.id, url: this.url } = this.parts);
    }

    /** A link that can read only: `uses: [visits.readOnly()]`. */
    readOnly(): Link {
        return this.link(["read"]);
    }
}
