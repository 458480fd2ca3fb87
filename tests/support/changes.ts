/** A program that is changed between runs, the same on each cloud: what is updated in place, and what is made anew. */

import * as path from "node:path";
import type * as auto from "@pulumi/pulumi/automation";
import { Blob, Container, Database, Image, Job, KV, LoadBalancer, VM } from "../../components";
import type { Use } from "../../components/link";
import { steps } from "./engine";

/** What is changed between runs. */
export interface Wanted {
    greeting: string;
    colour: string;
    scale: { min: number; max: number };
    cpu: number;
    size: "micro" | "small";
    storage: number;
    machines: number;
    processors: number;
    allowed: string;
}

/** @param cpu - of the container, the least that the cloud has */
export const wantedFirst = (cpu: number): Wanted => ({
    greeting: "hello",
    colour: "blue",
    scale: { min: 1, max: 2 },
    cpu,
    size: "micro",
    storage: 20,
    machines: 1,
    processors: 1,
    allowed: "192.0.2.0/24",
});

/** What scale and size are changed to, at once. @param cpu - of the container */
export const scaledTo = (cpu: number): Partial<Wanted> => ({
    scale: { min: 2, max: 4 },
    cpu,
    size: "small",
    storage: 40,
    machines: 2,
    allowed: "198.51.100.0/24",
});

/** @param more - what else the container uses, with the image that all run */
export function changing(wanted: Wanted, more: (app: Image) => readonly Use[] = () => []) {
    const app = new Image("app", {
        context: path.resolve(__dirname, "../../examples/everything/app"),
        dockerfile: "Containerfile",
        target: "run",
        args: { GREETING: wanted.greeting },
    });
    const files = new Blob("files", {});
    const items = new KV("items", { partitionKey: "id" });
    const db = new Database("db", { engine: "postgres", size: wanted.size, storage: wanted.storage });
    const web = new Container("web", {
        image: app,
        port: 3000,
        env: { COLOUR: wanted.colour },
        cpu: wanted.cpu,
        scale: wanted.scale,
        uses: [files, items, db, ...more(app)],
    });
    new LoadBalancer("front", { routes: [{ to: web }], allow: [wanted.allowed] });
    new Job("nightly", { image: app, command: ["node", "report.js"], schedule: "0 3 * * *", uses: [files] });
    new VM("machine", {
        start: "while true; do sleep 60; done",
        cpu: wanted.processors,
        scale: { min: wanted.machines, max: 3 },
    });
    return { files: files.id, items: items.id, db: db.id };
}

/** Brings what is wanted now up, and answers what was done; a preview after it finds nothing more to do. */
export async function broughtUp(stack: auto.Stack): Promise<string[]> {
    const done = await steps((onEvent) => stack.up({ onEvent }));
    await stack.preview({ expectNoChanges: true });
    return done;
}

export function known({ outputs }: { outputs: auto.OutputMap }): Record<string, unknown> {
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]));
}

/** The steps by which a resource is made anew before the old one goes. */
export function replaced(name: string): string[] {
    return [`create-replacement ${name}`, `delete-replaced ${name}`, `replace ${name}`];
}
