import * as pulumi from "@pulumi/pulumi";
import { beginRegistering } from "./call-site";
import type { NodesOf, TransformsOf } from "./children";
import { type Cloud, isCloud, openCloud, openCloudOf, type ServiceName, type Services } from "./cloud";
import { type Fault, Mistake, nearest, notFollowing, show } from "./fault";
import { type Access, type Grant, Link, prefixOf } from "./link";
import { type CloudName, cloudNames, type ProfileName, readSettings, refuseAll } from "./settings";
import { type Fields, Place } from "./shape";
import { markOf } from "./options";
import { plainCopy } from "./plain-copy";
import { checkName, readSpec } from "./read";
import { Site, type Transform } from "./site";

/** ComponentOptions are Pulumi's own, and the cloud to build on. */
export interface ComponentOptions extends pulumi.ComponentResourceOptions {
    /** Where to build. @default the parent component's cloud, else the stack's `mvi:cloud` */
    cloud?: Cloud | CloudName;
}

/** Common are the arguments which every component has. */
export interface Common<S extends ServiceName = ServiceName> {
    /**
     * The way down: changes any child's native arguments before it is made, per cloud, by the child's key. Import
     * `pulumi-mvi/aws` (or `/local`) for the keys' types. What several components of a stack share has `transformStack`.
     */
    transform?: { readonly [C in CloudName]?: TransformsOf<C, S> };
}

/** Guarded are the arguments of a component which holds data. */
export interface Guarded<S extends ServiceName = ServiceName> extends Common<S> {
    /** Refuses to delete it while it holds data. @default the stack's `mvi:protect`: true, but for profile `dev` */
    protect?: boolean;
}

/** Parts is what every driver gives back: the outputs, and what others get who use it. */
export interface Parts {
    /** What a user of this component gets, when it may do `access`. Absent where it cannot be used. */
    grant?(access: readonly Access[]): Grant;
    /** What can be seen of it without asking, by neutral name, in the cloud's own form: only its drivers read it. */
    readonly gauges?: Readonly<Record<string, unknown>>;
}

/** Gauge is one number that can be watched of a component: see its `gauge` method. */
export interface Gauge {
    readonly of: Component;
    readonly name: string;
    /** The cloud's own form. */
    readonly native: unknown;
}

/** Service is what the base class has to know of a component. */
export interface Service<Args extends object, Spec extends object> {
    readonly name: ServiceName;
    /** The class's name, and the last part of its type token. */
    readonly type: string;
    fields(profile: ProfileName): Fields<Omit<Spec, keyof Common | "protect">>;
    /** Rules about several arguments together. */
    rules?(spec: Spec, at: Place, args: Args): void;
    /** Makes the parts which it has by default, such as the stack's network, and answers the arguments with them. */
    prepare?(self: Component, spec: Spec): Spec;
    /** What may be done with it by `uses`; the first ones are the default, up to `defaultAccess`. */
    readonly access?: readonly Access[];
    readonly defaultAccess?: readonly Access[];
}

/** A service whose own types are known where it is defined, and nowhere else. */
export type AnyService = Service<object, object>;

export function defineService<Args extends object, Spec extends object>(service: Service<Args, Spec>): AnyService {
    // Made once for each profile, and not for each of hundreds of components.
    const made: Partial<Record<ProfileName, ReturnType<typeof service.fields>>> = {};
    const fields: typeof service.fields = (profile) => (made[profile] ??= service.fields(profile));
    return { ...service, fields } as unknown as AnyService;
}

/**
 * Component is the base of all services: it checks the arguments, gathers every fault, fills in the defaults, refuses
 * what the cloud lacks, and only then registers itself and lets the cloud's driver make the children.
 */
export abstract class Component<S extends ServiceName = ServiceName> extends pulumi.ComponentResource {
    readonly cloud: Cloud;
    /**
     * The native children, by cloud and key: `blob.nodes.aws?.bucket`. The way down, on the way out. Import
     * `pulumi-mvi/aws` (or `/local`) for their types.
     */
    readonly nodes: { readonly [C in CloudName]?: NodesOf<C, S> };
    /** @internal the name that links and messages use: within an `App`, without the app's */
    readonly shortName: string;
    /** @internal its whole name in the program: what children's names begin with */
    readonly ownName: string;
    protected readonly parts: Services[S][1];
    /** Its complete arguments, as its driver got them. @internal */
    readonly spec: Services[S][0];
    private readonly service: AnyService;

    protected constructor(service: AnyService, name: string, args: object, options: ComponentOptions = {}) {
        const { cloud: given, ...rest } = options;
        const { settings, faults: ofStack } = readSettings();
        const cloud = cloudOf(service, name, given, options.parent) ?? openCloudOf(settings.cloud, ofStack);
        const { shortName = name, parts, derived } = markOf(options);
        const unreadable: Fault[] = [];
        const own = plainCopy(args, new Place("", unreadable), 1) as object;
        const place = new Place("", [], parts, cloud.lacks);
        const spec = readSpec(service, own, cloud, settings, place);
        // What we make for others has their name and more.
        checkName(name, place, derived ? 90 : 40);
        const faults = [...unreadable, ...notFollowing(place.faults, unreadable)];
        refuseAll(`${service.type} ${show(name)}`, faults, ofStack);

        const registered = beginRegistering();
        try {
            super(`mvi:index:${service.type}`, name, { cloud: cloud.name, profile: settings.profile }, rest);
        } finally {
            registered();
        }
        this.cloud = cloud;
        this.service = service;
        this.ownName = name;
        this.shortName = shortName;
        const transforms = ((own as Common).transform?.[cloud.name] ?? {}) as Readonly<Record<string, Transform>>;
        const protect = (own as Guarded).protect ?? settings.protect;
        const site = new Site(this, name, { ...settings, cloud: cloud.name, protect }, transforms);
        const driver = cloud.drivers[service.name as S] as (site: Site, spec: object) => Services[S][1];
        this.spec = (service.prepare?.(this as unknown as Component, spec) ?? spec) as Services[S][0];
        this.parts = driver(site, this.spec);
        this.nodes = { [cloud.name]: site.nodes } as { readonly [C in CloudName]?: NodesOf<C, S> };
        this.registerOutputs(
            Object.fromEntries(Object.entries(this.parts).filter(([key]) => key !== "grant" && key !== "gauges")),
        );
    }

    /** The link that `uses` makes of a component given by itself. @internal */
    link(access: readonly Access[] = this.service.defaultAccess ?? this.service.access ?? []): Link {
        return new Link(this as unknown as Component, access, prefixOf(this.shortName));
    }

    /** A link under another name: `uses: [db.as("PRIMARY")]` gives `PRIMARY_URL`. */
    as(prefix: string): Link {
        return this.link().as(prefix);
    }

    /** @internal what a user gets; see {@link Link.grant} */
    grant(access: readonly Access[]): Grant {
        const parts = this.parts as Parts;
        if (!parts.grant)
            throw new pulumi.ResourceError(
                `${this.service.type} ${this.shortName} cannot be used by others`,
                this,
                true,
            );
        return parts.grant(access);
    }

    /**
     * A number to watch, for a `Metric` with alarms: `new Metric("errors", { of: web.gauge("errors"), … })`.
     * @throws when it has no such gauge, naming those it has
     */
    gauge(name: string): Gauge {
        const gauges = (this.parts as Parts).gauges ?? {};
        if (!Object.hasOwn(gauges, name)) {
            const known = Object.keys(gauges).join(", ") || "none";
            throw new pulumi.ResourceError(
                `${this.service.type} ${this.shortName} has no gauge "${name}": known are ${known}`,
                this,
                true,
            );
        }
        return { of: this as unknown as Component, name, native: gauges[name] };
    }

    /** @internal */
    hasGauge(name: string): boolean {
        return Object.hasOwn((this.parts as Parts).gauges ?? {}, name);
    }

    /** The ways in which it may be used. @internal */
    static accessOf(component: Component): readonly Access[] {
        return component.service.access ?? [];
    }

    /** The class's name, as messages say it. @internal */
    static typeOf(component: Component): string {
        return component.service.type;
    }
}

/** The cloud that is given by the options, if one is. */
function cloudOf(
    service: AnyService,
    name: string,
    given: Cloud | CloudName | undefined,
    parent?: pulumi.Resource,
): Cloud | undefined {
    if (given === undefined) return parent instanceof Component ? parent.cloud : undefined;
    if (isCloud(given)) return given;
    if (cloudNames.includes(given)) return openCloud(given);
    const place = new Place("options.cloud", []);
    const near = typeof given === "string" ? nearest(given, cloudNames) : undefined;
    place.fault(
        `must be one of ${cloudNames.join(", ")}`,
        near ? `did you mean "${near}"?` : "choose one of these",
        given,
    );
    throw new Mistake(`${service.type} ${show(name)}`, place.faults);
}
