import { checkClouds, checkTransforms } from "./check-transforms";
import type { StackNodesOf, StackTransformsOf } from "./children";
import { type Cloud, openCloud, openCloudOf, stackScope } from "./cloud";
import { type Fault, Mistake, nearest } from "./fault";
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
 * `pulumi-mvi/aws` (or `/gcp`) for the types. On `local` nothing is shared that has arguments.
 *
 * @throws {@link Mistake} for a part or a child that there is not, one that was changed before, and a part that is made already
 */
export function transformStack(transforms: StackTransforms): void {
    const { settings, faults: ofStack } = readSettings();
    const unreadable: Fault[] = [];
    const { transform } = plainCopy({ transform: transforms }, new Place("", unreadable), 1) as { transform: unknown };
    const place = new Place("transformStack", []);
    place.faults.push(
        ...unreadable.map((fault) => ({ ...fault, where: fault.where.replace(/^transform/, "$&Stack") })),
    );
    const { given, made } = stateOf(stackScope());
    const cloud = openCloudOf(settings.cloud, ofStack);
    checkClouds(transform, cloud.name, place, (parts, at) => checkParts(parts, cloud, at));
    const all = isPlain(transform) ? transform : {};
    for (const name of cloudNames)
        for (const [part, children] of Object.entries(isPlain(all[name]) ? all[name] : {})) {
            const at = place.in(name).in(part);
            if (made.has(`${name} ${part}`))
                at.fault("comes too late: it is made already", "call `transformStack` before the first component");
            for (const child of Object.keys(isPlain(children) ? children : {}))
                if (Object.hasOwn(given.get(`${name} ${part}`) ?? {}, child))
                    at.in(child).fault("is changed already", "say all of it at once, in one function");
        }
    refuseAll(subject, place.faults, ofStack);
    for (const name of cloudNames)
        for (const [part, children] of Object.entries(isPlain(all[name]) ? all[name] : {}))
            given.set(`${name} ${part}`, { ...given.get(`${name} ${part}`), ...(children as Transforms) });
}

/**
 * The children of what the parts of a stack share, as far as they are made: by cloud, part, the part's own name (such as
 * `stack-balancer`; behind it stand the network and the provider, where they are not the stack's) and key.
 */
export function stackNodes(): { readonly [C in CloudName]?: StackNodesOf<C> } {
    return stateOf(stackScope()).nodes as { readonly [C in CloudName]?: StackNodesOf<C> };
}

/** How a part that is about to be made is changed; after that it is too late. @internal */
export function transformsOfPart(name: CloudName, part: string): Transforms {
    const { given, made } = stateOf(stackScope());
    // The stack's own cloud was asked at once. Of another one, which may not be installed, it is known only here.
    if (given.size && !made.has(name)) {
        const place = new Place("transformStack", []);
        const own = [...given].filter(([key]) => key.startsWith(`${name} `));
        const parts = Object.fromEntries(own.map(([key, children]) => [key.split(" ")[1], children]));
        checkParts(parts, openCloud(name), place.in(name));
        if (place.faults.length) throw new Mistake(subject, place.faults);
    }
    made.add(name).add(`${name} ${part}`);
    return given.get(`${name} ${part}`) ?? {};
}

/** What {@link stackNodes} answers of a part that is made. @internal */
export function partMade(cloud: CloudName, part: string, ownName: string, nodes: Nodes): void {
    const { nodes: all } = stateOf(stackScope());
    ((all[cloud] ??= {})[part] ??= {})[ownName] = nodes;
}

const subject = "What the stack shares";

type Transforms = Readonly<Record<string, Transform>>;

interface State {
    /** By cloud and part: `aws balancer`. */
    readonly given: Map<string, Transforms>;
    readonly made: Set<string>;
    readonly nodes: { [C in CloudName]?: Record<string, Record<string, Nodes>> };
}

const states = new WeakMap<object, State>();

function stateOf(scope: object): State {
    const state = states.get(scope) ?? { given: new Map(), made: new Set(), nodes: {} };
    states.set(scope, state);
    return state;
}

function checkParts(parts: unknown, { name, stack = {} }: Pick<Cloud, "name" | "stack">, at: Place): void {
    if (!isPlain(parts)) return at.fault("must be an object by part", "write { … }, with a part's name", parts);
    const known = Object.keys(stack);
    for (const [part, children] of Object.entries(parts)) {
        const place = at.in(part);
        if (Object.hasOwn(stack, part)) checkTransforms(children, stack[part], name, place);
        else {
            const near = nearest(part, known);
            const todo = near ? `did you mean \`${near}\`?` : `known are ${known.join(", ") || "none"}`;
            place.fault(`is nothing that a stack shares on ${name}`, todo);
        }
    }
}
