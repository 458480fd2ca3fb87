import { checkClouds, checkTransforms } from "./check-transforms";
import type { StackNodesOf, StackTransformsOf } from "./children";
import { type Cloud, openCloud, openCloudOf, stackScope } from "./cloud";
import type { Component } from "./component";
import { Mistake, oneOfKnown } from "./fault";
import { plainCopy } from "./plain-copy";
import { type CloudName, cloudNames, readSettings, refuseAll } from "./settings";
import { isPlain, Place } from "./shape";
import type { Nodes, Transform } from "./site";

/** StackTransforms is what may be changed of what a stack's parts share, by cloud, part and child. */
export type StackTransforms = { readonly [C in CloudName]?: StackTransformsOf<C> };

/**
 * The way down to what the parts of a stack share, and which nobody declares: the cluster, the load balancer behind
 * CloudFront, the topic of the alarms, the stack's key and network. It is what `transform` is to a component. Call it before
 * the first component; it makes nothing by itself.
 *
 * ```ts
 * transformStack({ aws: { balancer: { balancer: { idleTimeout: 300 } } } });
 * ```
 *
 * A part is what stands behind `stack-` in its resources' names, and the child what stands behind that, as in
 * `stack-balancer-listener`. Where a stack has several of a part (one for each network, or for each provider of a
 * component's own), all of them are changed: a function tells them apart by its third argument, the child's name. Import
 * `pulumi-mvi/aws` (or `/gcp`) for the types. On `local` nothing is shared that has arguments. What is said of another cloud than
 * the stack's is looked at only where a component is on that one: to know its parts, its driver and SDK would have to be loaded.
 *
 * @throws {@link Mistake} for a part or a child that there is not, one that was changed before, and a part that is made already
 */
export function transformStack(transforms: StackTransforms): void {
    const { settings, faults: ofStack } = readSettings();
    const place = new Place("transformStack", []);
    const own = plainCopy(transforms, place, 0);
    const { given, nodes } = stateOf(stackScope());
    const cloud = openCloudOf(settings.cloud, ofStack);
    checkClouds(own, cloud.name, place, (parts, at) => checkParts(parts, cloud, at));
    const all = partsIn(own);
    for (const [name, part, children] of all) {
        const at = place.in(name).in(part);
        if (Object.hasOwn(nodes[name] ?? {}, part))
            at.fault("comes too late: it is made already", "call `transformStack` before the first component");
        const before = given.get(name)?.get(part) ?? {};
        for (const child of Object.keys(children ?? {}))
            if (Object.hasOwn(before, child))
                at.in(child).fault("is changed already", "say all of it at once, in one function");
    }
    refuseAll(subject, place.faults, ofStack);
    for (const [name, part, children] of all) {
        const parts = given.get(name) ?? new Map<string, Transforms>();
        given.set(name, parts.set(part, { ...parts.get(part), ...children }));
    }
}

/**
 * The children of what the parts of a stack share, as far as they are made: by cloud, part, the part's own name (such as
 * `stack-balancer`; behind it stand the network and the provider, where they are not the stack's) and key.
 */
export function stackNodes(): { readonly [C in CloudName]?: StackNodesOf<C> } {
    return stateOf(stackScope()).nodes as { readonly [C in CloudName]?: StackNodesOf<C> };
}

/** How the children of a shared component are changed: among its arguments. */
export interface Changed {
    readonly transform: { readonly [C in CloudName]?: Transforms };
}

/** Makes a component which the parts of a stack share, changed as {@link transformStack} said. @internal */
export function asPart<C extends Component>(cloud: CloudName, part: string, make: (args: Changed) => C): C {
    const made = make({ transform: { [cloud]: transformsOfPart(cloud, part) } });
    partMade(cloud, part, made.ownName, made.nodes[cloud] as Nodes);
    return made;
}

/** How a part that is about to be made is changed; after that it is too late. @internal */
export function transformsOfPart(cloud: CloudName, part: string): Transforms {
    const { given, nodes } = stateOf(stackScope());
    const parts = given.get(cloud);
    // The stack's own cloud was asked at once. Of another one, which may not be installed, it is known only here.
    if (parts && !nodes[cloud]) {
        const place = new Place("transformStack", []);
        checkParts(Object.fromEntries(parts), openCloud(cloud), place.in(cloud));
        if (place.faults.length) throw new Mistake(subject, place.faults);
    }
    // From here on, not only when all of it is there: its own children call for other parts, and for functions of the program.
    (nodes[cloud] ??= {})[part] ??= {};
    return parts?.get(part) ?? {};
}

/** What {@link stackNodes} answers of a part, after {@link transformsOfPart}. @internal */
export function partMade(cloud: CloudName, part: string, ownName: string, children: Nodes): void {
    stateOf(stackScope()).nodes[cloud]![part][ownName] = children;
}

const subject = "What the stack shares";

type Transforms = Readonly<Record<string, Transform>>;

interface State {
    /** By cloud and part. */
    readonly given: Map<CloudName, Map<string, Transforms>>;
    /** By cloud, part and the part's own name: of a part that is being made, there is none yet. */
    readonly nodes: { [C in CloudName]?: Record<string, Record<string, Nodes>> };
}

const states = new WeakMap<object, State>();

function stateOf(scope: object): State {
    const state = states.get(scope) ?? { given: new Map(), nodes: {} };
    states.set(scope, state);
    return state;
}

/** What is said of each part. Only that of the stack's own cloud is checked already. */
function partsIn(transforms: unknown): Said[] {
    if (!isPlain(transforms)) return [];
    return cloudNames.flatMap((cloud) => {
        const parts = isPlain(transforms[cloud]) ? transforms[cloud] : {};
        return Object.entries(parts).map(([part, children]): Said => [cloud, part, children as Transforms]);
    });
}

type Said = readonly [cloud: CloudName, part: string, children: Transforms | undefined];

function checkParts(parts: unknown, { name, stack = {} }: Pick<Cloud, "name" | "stack">, at: Place): void {
    if (!isPlain(parts)) return at.fault("must be an object by part", "write { … }, with a part's name", parts);
    for (const [part, children] of Object.entries(parts)) {
        const place = at.in(part);
        if (Object.hasOwn(stack, part)) checkTransforms(children, stack[part], name, place);
        else place.fault(`is nothing that a stack shares on ${name}`, oneOfKnown(part, Object.keys(stack)));
    }
}
