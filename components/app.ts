import * as pulumi from "@pulumi/pulumi";
import { email } from "./names";
import type { AppArgs } from "./app-args";
import { Blob, blobService } from "./blob";
import { beginRegistering } from "./call-site";
import { type Cloud, isCloud, openCloud, openCloudOf } from "./cloud";
import { type AnyService, type Component, type ComponentOptions } from "./component";
import { Container, containerService } from "./container";
import { Database, databaseService } from "./database";
import { defaultAlarms } from "./app-alarms";
import { cycleIn, inOrder } from "./app-order";
import { checkTogether } from "./app-together";
import { type Fault, notFollowing, oneOfKnown, show } from "./fault";
import { Image, imageService } from "./image";
import { Job, jobService } from "./job";
import { Key, keyService } from "./key";
import { KV, kvService } from "./kv";
import { LoadBalancer, loadBalancerService } from "./load-balancer";
import { Log, logService } from "./log";
import { Metric, metricService } from "./metric";
import { Network, networkService } from "./network";
import { marked } from "./options";
import { plainCopy } from "./plain-copy";
import { checkName, readSpec } from "./read";
import { Secret, secretService } from "./secret";
import { cloudNames, readSettings, refuseAll, type Settings } from "./settings";
import { isPlain, list, mapOf, type PartIndex, Place } from "./shape";
import { VM, vmService } from "./vm";

/**
 * App makes an app from one declaration: plain data, with its parts by kind and name.
 *
 * ```ts
 * const shop = new App("shop", {
 *     containers: { web: { build: "./web", port: 3000, public: true, health: "/healthz", uses: ["db", "uploads"] } },
 *     databases: { db: { engine: "postgres" } },
 *     blobs: { uploads: {} },
 * });
 * export const url = shop.urls.web;
 * ```
 *
 * @throws {@link Mistake} with every fault of the declaration, before anything is made
 */
export class App extends pulumi.ComponentResource {
    /** Where each public container and each load balancer is opened, by its name. */
    readonly urls: { readonly [name: string]: pulumi.Output<string | undefined> };
    /** The parts, by name: the way from the declaration to the components, and to their native children. */
    readonly parts: { readonly [name: string]: Component };

    constructor(name: string, args: AppArgs, options: ComponentOptions = {}) {
        const { cloud: given, ...rest } = options;
        const { settings, faults: ofStack } = readSettings();
        const named = cloudNames.find((known) => known === given);
        const cloud = isCloud(given) ? given : named ? openCloud(named) : openCloudOf(settings.cloud, ofStack);
        const unreadable: Fault[] = [];
        const declared = plainCopy(args, new Place("", unreadable), 3) as AppArgs;
        const parts = readDeclaration(name, declared, cloud, settings, given, { unreadable, ofStack });

        const registered = beginRegistering();
        try {
            super("mvi:index:App", name, { cloud: cloud.name, profile: settings.profile }, rest);
        } finally {
            registered();
        }
        const made = new Map<string, Component>();
        const types = new Map(parts.map((part) => [part.name, part.section.type]));
        const argsOf = new Map(parts.map((part) => [part.name, part.args]));
        for (const part of inOrder(parts)) {
            const index: PartIndex = { types, declared: argsOf, used: new Set(), made };
            const own = marked({ shortName: part.name, parts: index }, { parent: this, cloud });
            made.set(
                part.name,
                new part.section.component(`${name}-${part.name}`, part.args as never, own) as unknown as Component,
            );
        }
        if (declared.alarms) defaultAlarms(name, made, [declared.alarms.email].flat(), { parent: this, cloud });

        this.parts = Object.fromEntries(made);
        this.urls = Object.fromEntries(
            [...made]
                .filter(([, part]) => (part instanceof Container && part.spec.public) || part instanceof LoadBalancer)
                .map(([key, part]) => [key, (part as Container | LoadBalancer).url]),
        );
        this.registerOutputs({ urls: this.urls });
    }
}

/** Section is one kind of parts. */
interface Section {
    readonly type: string;
    readonly service: AnyService;
    readonly component: new (name: string, args: never, options: ComponentOptions) => pulumi.ComponentResource;
}

/** Part is one part of the declaration; `uses` are the parts that it refers to. */
export interface Part {
    readonly name: string;
    readonly section: Section;
    readonly args: object;
    readonly uses: ReadonlySet<string>;
}

const sections: Readonly<Record<Exclude<keyof AppArgs, "alarms">, Section>> = {
    containers: { type: "Container", service: containerService, component: Container },
    jobs: { type: "Job", service: jobService, component: Job },
    databases: { type: "Database", service: databaseService, component: Database },
    blobs: { type: "Blob", service: blobService, component: Blob },
    kvs: { type: "KV", service: kvService, component: KV },
    secrets: { type: "Secret", service: secretService, component: Secret },
    keys: { type: "Key", service: keyService, component: Key },
    images: { type: "Image", service: imageService, component: Image },
    loadBalancers: { type: "LoadBalancer", service: loadBalancerService, component: LoadBalancer },
    logs: { type: "Log", service: logService, component: Log },
    metrics: { type: "Metric", service: metricService, component: Metric },
    vms: { type: "VM", service: vmService, component: VM },
    networks: { type: "Network", service: networkService, component: Network },
};

/** Reads the whole declaration, so that all its faults show at once. */
function readDeclaration(
    name: string,
    args: unknown,
    cloud: Cloud,
    settings: Settings,
    givenCloud: unknown,
    { unreadable, ofStack }: { readonly unreadable: readonly Fault[]; readonly ofStack: readonly Fault[] },
): Part[] {
    const top = new Place("", []);
    const parts: Part[] = [];
    const types = new Map<string, string>();
    checkName(name, top, 19);
    if (givenCloud !== undefined && givenCloud !== cloud && givenCloud !== cloud.name) {
        top.in("options")
            .in("cloud")
            .fault(`must be one of ${cloudNames.join(", ")}`, "choose one of these", givenCloud);
    }
    if (!isPlain(args)) top.fault("must be an object", "write { containers: { … } }", args);
    const declared = Object.entries(isPlain(args) ? args : {}).filter(([, members]) => members !== undefined);
    const known = [...Object.keys(sections), "alarms"];
    for (const [key, members] of declared) {
        if (!known.includes(key)) {
            top.in(key).fault("is not known here", oneOfKnown(key, known));
        } else if (key === "alarms") {
            readAlarms(members, top.in("alarms"));
        } else if (Object.hasOwn(sections, key)) {
            for (const part of Object.keys(mapOf(() => null)(members, top.in(key)))) {
                checkPartName(part, top.in(key).in(part));
                const other = types.get(part);
                if (other)
                    top.in(key).in(part).fault(`has the name of a ${other}`, "give each part a name of its own", part);
                types.set(part, sections[key as keyof typeof sections].type);
            }
        }
    }
    const all = new Map<string, object>();
    for (const [key, members] of declared) {
        if (Object.hasOwn(sections, key) && isPlain(members))
            Object.entries(members).forEach(([part, own]) => all.set(part, own as object));
    }
    for (const [key, members] of declared) {
        if (!Object.hasOwn(sections, key) || !isPlain(members)) continue;
        const section = sections[key as keyof typeof sections];
        for (const [part, own] of Object.entries(members)) {
            const place = new Place(
                top.in(key).in(part).path,
                [],
                { types, declared: all, used: new Set() },
                cloud.lacks,
            );
            readSpec(section.service, own as object, cloud, settings, place);
            top.faults.push(...place.faults);
            parts.push({ name: part, section, args: own as object, uses: place.parts!.used });
        }
    }
    if (!top.faults.length) checkTogether(parts, Boolean((args as AppArgs).alarms), top);
    const cycle = cycleIn(parts);
    if (cycle) top.fault("has parts that use each other in a circle", "take one of these uses out", cycle.join(" → "));
    const faults = [...unreadable, ...notFollowing(top.faults, unreadable)];
    refuseAll(`App ${show(name)}`, faults, ofStack);
    return parts;
}

function checkPartName(part: string, place: Place): void {
    const own = new Place("", []);
    checkName(part, own, 20);
    for (const fault of own.faults) place.faults.push({ ...fault, where: `${place.path} (its name)` });
}

function readAlarms(given: unknown, at: Place): void {
    if (!isPlain(given) || Object.keys(given).some((key) => key !== "email"))
        return at.fault("must say whom to tell", 'write { email: "ops@example.com" }', given);
    if (Array.isArray(given.email)) list(email, { max: 10 })(given.email, at.in("email"));
    else email(given.email, at.in("email"));
}
