import type * as pulumi from "@pulumi/pulumi";
import type { Component } from "./component";

/** What one component may do with another. Each linkable component says which of these it knows, and its default. */
export type Access = "read" | "write" | "encrypt" | "decrypt" | "sign" | "verify" | "connect" | "file";

/**
 * Link is one use of a component by another: `uses: [db, uploads.readOnly(), key.can("sign")]`. It does three things at
 * once: environment variables, the least privilege on exactly that resource, and the network path.
 */
export class Link {
    constructor(
        readonly target: Component,
        readonly access: readonly Access[],
        /** What the variables' names begin with. */
        readonly prefix: string,
    ) {}

    /** The same link under another name: `db.as("PRIMARY")` gives `PRIMARY_URL` in place of `DB_URL`. */
    as(prefix: string): Link {
        return new Link(this.target, this.access, prefix);
    }

    get grant(): Grant {
        return this.target.grant(this.access);
    }
}

/** What `uses` takes: a component, with its default access, or a {@link Link}. */
export type Use = Component | Link;

/** Grant is what a driver gives to whoever uses its component. */
export interface Grant {
    /** Variables by the end of their name: `URL` becomes `DB_URL`. */
    readonly env: Readonly<Record<string, pulumi.Input<string>>>;
    /**
     * Like `env`, but secret: they reach the workload by reference where the cloud can (`valueFrom`), never as plain text
     * in state. The form is the cloud's own: only drivers of the same cloud read it.
     */
    readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
    /** Like `secrets`, but each variable holds the path of a file with the value. */
    readonly files?: Readonly<Record<string, pulumi.Input<string>>>;
    /** The least privilege, and the network path, in the cloud's own form: only drivers of the same cloud read it. */
    readonly permits: readonly unknown[];
}

/** `uploads` or `image-cache` as the beginning of a variable's name: `UPLOADS`, `IMAGE_CACHE`. */
export function prefixOf(name: string): string {
    return name.toUpperCase().replace(/[^A-Z0-9]+/g, "_");
}
