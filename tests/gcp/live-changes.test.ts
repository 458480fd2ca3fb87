import * as path from "node:path";
import type * as auto from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { Blob, Container, Database, Image, Job, KV, LoadBalancer, VM } from "../../components";
import { steps } from "../support/engine";
import { Emulator, missing, project } from "./emulator";

/** What is changed between runs. */
const wanted = {
    greeting: "hello",
    colour: "blue",
    scale: { min: 1, max: 2 },
    cpu: 1,
    size: "micro" as "micro" | "small",
    storage: 20,
    machines: 1,
    allowed: "192.0.2.0/24",
};

function program() {
    const app = new Image("app", {
        context: path.resolve(__dirname, "../../examples/everything/app"),
        dockerfile: "Containerfile",
        target: "run",
        args: { GREETING: wanted.greeting },
    });
    const files = new Blob("files", {});
    const items = new KV("items", { partitionKey: "id" });
    const db = new Database("db", { engine: "postgres", size: wanted.size, storage: wanted.storage });
    const cache = new Database("cache", { engine: "redis", size: wanted.size });
    const raw = new Container("raw", { image: app, ports: { raw: { port: 9000, protocol: "tcp" } } });
    const web = new Container("web", {
        image: app,
        port: 3000,
        env: { COLOUR: wanted.colour },
        cpu: wanted.cpu,
        scale: wanted.scale,
        uses: [files, items, db, cache, raw],
    });
    new LoadBalancer("front", { routes: [{ to: web }], allow: [wanted.allowed] });
    new Job("nightly", { image: app, command: ["node", "report.js"], schedule: "0 3 * * *", uses: [files] });
    new VM("machine", { start: "while true; do sleep 60; done", cpu: 1, scale: { min: wanted.machines, max: 3 } });
    return { files: files.id, items: items.id, db: db.id, cache: cache.id };
}

const absent = missing();
if (absent) describe("Changes on GCP with the real provider", () => it(`are not tried here: there is ${absent}`));
else
    describe("Changes on GCP with the real provider", function () {
        this.timeout(1_800_000);
        this.bail(true);
        let emulator: Emulator;
        let stack: auto.Stack;
        let first: Record<string, unknown>;

        before(async () => {
            emulator = await Emulator.start();
            stack = await emulator.stack("changes", () => Promise.resolve(program()), {});
            first = known(await stack.up());
            const at = `/upload/storage/v1/b/${String(first.files)}/o?uploadType=media&name=kept.txt`;
            await emulator.ask("POST", at, { kept: true });
        });
        after(() => emulator?.close());

        async function changed(change: Partial<typeof wanted>): Promise<string[]> {
            Object.assign(wanted, change);
            const done = await steps((onEvent) => stack.up({ onEvent }));
            await stack.preview({ expectNoChanges: true });
            return done;
        }

        it("a variable: a new revision, which gets the requests when it has started", async () => {
            expect(await changed({ colour: "green" })).to.deep.equal(["update web"]);
        });

        it("an image: all that run it, machines by a template of their own", async () => {
            expect(await changed({ greeting: "welcome" })).to.deep.equal(
                [...replaced("raw-template"), "update app-build", "update nightly", "update raw", "update web"].sort(),
            );
        });

        it("scale and size: in place, and no data is lost", async () => {
            const done = await changed({
                scale: { min: 2, max: 4 },
                cpu: 2,
                size: "small",
                storage: 40,
                machines: 2,
                allowed: "198.51.100.0/24",
            });
            expect(done.filter((step) => /replace|delete|create/.test(step))).to.deep.equal([]);
            expect(done).to.include.members(["update db", "update machine-scaling", "update web"]);
            expect(known({ outputs: await stack.outputs() })).to.deep.equal(first);
            expect(await emulator.ask("GET", `/storage/storage/v1/b/${String(first.files)}/o/kept.txt`)).to.include({
                name: "kept.txt",
            });
        });

        it("what somebody changed by hand is seen, and mended", async () => {
            const at = `/sqladmin/sql/v1beta4/projects/${project}/instances/${String(first.db)}`;
            const backups = async () =>
                (await emulator.ask<{ settings: { backupConfiguration: { enabled: boolean } } }>("GET", at)).settings
                    .backupConfiguration.enabled;
            await emulator.ask("PATCH", at, { settings: { backupConfiguration: { enabled: false } } });
            expect(await backups()).to.equal(false);
            const refreshed = { refresh: true } as auto.UpOptions;
            expect(await steps((onEvent) => stack.preview({ ...refreshed, onEvent }))).to.deep.equal(["update db"]);
            expect(await steps((onEvent) => stack.up({ ...refreshed, onEvent }))).to.include("update db");
            expect(await backups()).to.equal(true);
        });

        it("leaves nothing, and nothing was refused", async () => {
            await stack.destroy();
            expect(await emulator.refused()).to.deep.equal([]);
        });
    });

function known({ outputs }: { outputs: auto.OutputMap }): Record<string, unknown> {
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]));
}

function replaced(name: string): string[] {
    return [`create-replacement ${name}`, `delete-replaced ${name}`, `replace ${name}`];
}
