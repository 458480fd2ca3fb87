import type * as pulumi from "@pulumi/pulumi";
import { registering } from "./call-site";
import { type Fault, Mistake, nearest, show } from "./fault";
import { isPlain } from "./plain";
import type { Settings } from "./settings";

/**
 * Transform changes a child's native arguments before it is made: an object is merged in; a function may do anything with
 * those it is given, at once, and returns nothing.
 */
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
        /** The cloud and the profile, and whether what holds data is guarded: as the component has it, else the stack. */
        readonly settings: Settings,
        private readonly transforms: Readonly<Record<string, Transform>>,
        /** Where those stand: what messages say. */
        private readonly transformsAt = `transform.${settings.cloud}`,
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
        if (full.dependsOn instanceof Promise) full.dependsOn = later(full.dependsOn);
        const transform = this.transforms[key] as Transform<Args> | undefined;
        const changed = { ...args };
        if (typeof transform === "function") this.#inPlace(key, changed, transform(changed, full, name));
        else Object.assign(changed, transform);
        const child = transform
            ? this.#checked(key, changed, (args) => registering(() => new type(name, args, full)))
            : registering(() => new type(name, changed, full));
        if (instance === undefined) this.nodes[key] = child;
        else
            this.nodes[key] = {
                ...(this.nodes[key] as Record<string, pulumi.Resource> | undefined),
                [instance]: child,
            };
        return child;
    }

    /**
     * Makes a child, and refuses an argument that its class does not know: the classes of the SDKs take those which they know
     * one by one, and leave out all others without a word.
     */
    #checked<Args extends object, Child>(key: string, args: Args, make: (args: Args) => Child): Child {
        const known = new Set<string | symbol>();
        const look = (target: Args, name: string | symbol): unknown => (known.add(name), Reflect.get(target, name));
        const child = make(new Proxy(args, { get: look }));
        const faults = Object.entries(args)
            .filter(([name, value]) => value !== undefined && !known.has(name))
            .map(([name]) => {
                const near = nearest(name, [...known].map(String));
                const todo = near ? `did you mean "${near}"?` : "leave it out: its class has no such argument";
                return {
                    where: `${this.transformsAt}.${key}.${name}`,
                    what: "is not an argument of this child",
                    todo,
                };
            });
        if (faults.length) throw this.#mistake(faults);
        return child;
    }

    /** What a function answers is not used: other arguments in place of those that it was given would be lost without a word. */
    #inPlace(key: string, args: object, answer: unknown): void {
        const other = isPlain(answer) && answer !== args && !Object.values(args).includes(answer);
        if (!other && !(answer instanceof Promise)) return;
        const where = `${this.transformsAt}.${key}`;
        const what = other ? "returns other arguments, which are not used" : "is not waited for";
        throw this.#mistake([{ where, what, todo: "change those it is given: (args) => { args.… = …; }" }]);
    }

    #mistake(faults: readonly Fault[]): Mistake {
        const { __pulumiType: type } = this.component as unknown as { __pulumiType: string };
        return new Mistake(`${type.split(":").at(-1)} ${show(this.name)}`, faults);
    }
}

/**
 * Resources that are known later. Pulumi's `mergeOptions` makes an Output of a promise, and looks for unknown values in what
 * it holds: in a resource, by way of its parents, that is the whole stack, for every child anew. In a list, it is waited for
 * and no more.
 */
function later(resources: Promise<unknown>): pulumi.Input<pulumi.Resource>[] {
    return [resources as Promise<pulumi.Resource>];
}
