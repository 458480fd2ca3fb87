import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "./settings";

/** Transform changes a child's native arguments before it is made: an object is merged in, a function may do anything. */
export type Transform<Args = object> =
    Partial<Args> | ((args: Args, options: pulumi.CustomResourceOptions, name: string) => void);

/** A component's children by key; several of a kind (a subnet in each zone) by key and instance. */
export type Nodes = Readonly<Record<string, pulumi.Resource | Readonly<Record<string, pulumi.Resource>>>>;

/** Site is where a driver makes a component's children. */
export class Site {
    readonly nodes: Record<string, pulumi.Resource | Record<string, pulumi.Resource>> = {};

    constructor(
        /** The component: the parent of every child. */
        readonly component: pulumi.ComponentResource,
        /** The component's name: every child's name begins with it. */
        readonly name: string,
        /** The profile, and whether what holds data is guarded: `protect` of the component, else of the stack. */
        readonly settings: Settings,
        private readonly transforms: Readonly<Record<string, Transform>>,
    ) {}

    /** Options for a data source or a nested component. */
    get parent(): { parent: pulumi.ComponentResource } {
        return { parent: this.component };
    }

    /**
     * Makes the child `key`. Its name is the component's with the key behind it, or the component's alone for the `main`
     * child, so that a rename of the component is the only thing that renames children.
     */
    make<Args extends object, Child extends pulumi.Resource>(
        key: string,
        type: new (name: string, args: Args, options?: pulumi.CustomResourceOptions) => Child,
        args: NoInfer<Args>,
        options: pulumi.CustomResourceOptions & { readonly instance?: string; readonly main?: boolean } = {},
    ): Child {
        const { instance, main = false, ...rest } = options;
        const name = [this.name, ...(main ? [] : [key]), ...(instance === undefined ? [] : [instance])].join("-");
        const full: pulumi.CustomResourceOptions = { parent: this.component, ...rest };
        const transform = this.transforms[key] as Transform<Args> | undefined;
        const changed = { ...args };
        if (typeof transform === "function") transform(changed, full, name);
        else Object.assign(changed, transform);
        const child = new type(name, changed, full);
        if (instance === undefined) this.nodes[key] = child;
        else
            this.nodes[key] = {
                ...(this.nodes[key] as Record<string, pulumi.Resource> | undefined),
                [instance]: child,
            };
        return child;
    }
}
