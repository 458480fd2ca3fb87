import type * as pulumi from "@pulumi/pulumi";
import type { ServiceName } from "./cloud";
import type { CloudName } from "./settings";
import type { Nodes, Transform } from "./site";

/**
 * The classes of the native children, by cloud, service and key. It is empty here, since this package's own types name no
 * cloud's SDK: `import "pulumi-mvi/aws"` (or `/local`) fills in a cloud's, and types `nodes` and `transform` by it.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by the clouds
export interface Children {}

/** The same of what a stack's parts share, by cloud, part and key. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by the clouds
export interface StackChildren {}

/** Several children of a class under one key, by instance: a subnet in each zone. */
export interface Each<Class> {
    readonly each: Class;
}

/** The children of a service on a cloud, as far as they are typed. */
export type NodesOf<C extends CloudName, S extends ServiceName> =
    ClassesOf<C, S> extends infer Classes ? ([Classes] extends [never] ? Nodes : All<Classes>) : never;

/** What may be changed of a service's children on a cloud, as far as they are typed. */
export type TransformsOf<C extends CloudName, S extends ServiceName> =
    ClassesOf<C, S> extends infer Classes
        ? [Classes] extends [never]
            ? Readonly<Record<string, Transform>>
            : Changes<Classes>
        : never;

/** What may be changed of what a stack's parts share on a cloud, as far as it is typed. */
export type StackTransformsOf<C extends CloudName> = C extends keyof StackChildren
    ? { readonly [P in keyof StackChildren[C]]?: Changes<StackChildren[C][P]> }
    : Readonly<Record<string, Readonly<Record<string, Transform>>>>;

/** The children of what a stack's parts share on a cloud, by part and its own name, as far as they are typed. */
export type StackNodesOf<C extends CloudName> = C extends keyof StackChildren
    ? { readonly [P in keyof StackChildren[C]]?: Readonly<Record<string, All<StackChildren[C][P]>>> }
    : Readonly<Record<string, Readonly<Record<string, Nodes>>>>;

type Changes<Classes> = { readonly [K in keyof Classes]?: Transform<Arguments<ClassOf<Classes[K]>>> };
type All<Classes> = { readonly [K in keyof Classes]?: Made<Classes[K]> };

type ClassesOf<C, S> = C extends keyof Children ? (S extends keyof Children[C] ? Children[C][S] : never) : never;
type ClassOf<T> = T extends Each<infer Class> ? Class : T;
type Made<T> = T extends Each<infer Class> ? Readonly<Record<string, Instance<Class>>> : Instance<T>;
type Instance<T> = T extends abstract new (...args: never) => infer Child ? Child : pulumi.Resource;
type Arguments<T> = T extends abstract new (name: string, args: infer Args, ...rest: never) => unknown
    ? NonNullable<Args>
    : object;
