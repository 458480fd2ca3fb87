import type * as auto from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { Container, Database, Key, Secret } from "../../components";
import { broughtUp, changing, known, replaced, scaledTo, type Wanted, wantedFirst } from "../support/changes";
import { steps, stopAtFailure } from "../support/engine";
import { Emulator, missing, project } from "./emulator";

const wanted = wantedFirst(1);
let twice: boolean | undefined;
let algorithm: "ecdsa-p256" | "ed25519" = "ecdsa-p256";

function program() {
    const cache = new Database("cache", { engine: "redis", size: wanted.size, highAvailability: twice });
    new Key("signer", { purpose: "sign", algorithm });
    new Secret("token", { generate: {} });
    const outputs = changing(wanted, (app) => [
        cache,
        new Container("raw", { image: app, ports: { raw: { port: 9000, protocol: "tcp" } } }),
    ]);
    return { ...outputs, cache: cache.id };
}

const absent = missing();
if (absent) describe("Changes on GCP with the real provider", () => it(`are not tried here: there is ${absent}`));
else
    describe("Changes on GCP with the real provider", function () {
        this.timeout(1_800_000);
        stopAtFailure();
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

        function changed(change: Partial<Wanted>): Promise<string[]> {
            Object.assign(wanted, change);
            return broughtUp(stack);
        }

        const server = () => `/sqladmin/sql/v1beta4/projects/${project}/instances/${String(first.db)}`;
        const disk = async () =>
            (await emulator.ask<{ settings: { dataDiskSizeGb: string } }>("GET", server())).settings.dataDiskSizeGb;

        it("a variable: a new revision, which gets the requests when it has started", async () => {
            expect(await changed({ colour: "green" })).to.deep.equal(["update web"]);
        });

        it("an image: all that run it, machines by a template of their own", async () => {
            expect(await changed({ greeting: "welcome" })).to.deep.equal(
                [...replaced("raw-template"), "update app-build", "update nightly", "update raw", "update web"].sort(),
            );
        });

        it("scale and size: in place, and no data is lost", async () => {
            const done = await changed(scaledTo(2));
            expect(done.filter((step) => /replace|delete|create/.test(step))).to.deep.equal([]);
            expect(done).to.include.members(["update db", "update machine-scaling", "update web"]);
            expect(known({ outputs: await stack.outputs() })).to.deep.equal(first);
            expect(await disk()).to.equal("40");
            expect(await emulator.ask("GET", `/storage/storage/v1/b/${String(first.files)}/o/kept.txt`)).to.include({
                name: "kept.txt",
            });
        });

        it("storage that has grown by itself: no change by itself, nor for less, and more is got in place", async () => {
            await emulator.ask("PATCH", server(), { settings: { dataDiskSizeGb: "60" } });
            const refreshed = { refresh: true } as auto.PreviewOptions;
            expect(await steps((onEvent) => stack.preview({ ...refreshed, onEvent }))).to.deep.equal([]);
            await stack.refresh();
            expect(await changed({ storage: 30 })).to.deep.equal(["update db"]);
            expect(await disk()).to.equal("60");
            expect(await changed({ storage: 80 })).to.deep.equal(["update db"]);
            expect(await disk()).to.equal("80");
        });

        it("a replica: in place, though Google takes a single zone for no other way to stand", async () => {
            twice = true;
            expect(await changed({})).to.deep.equal(["update cache"]);
        });

        it("how a key signs: another key, since the first one's version goes on as it was", async () => {
            algorithm = "ed25519";
            expect(await changed({})).to.deep.equal(replaced("signer"));
        });

        it("the profile, from dev to prod: all that holds data stays, with what encrypts it", async () => {
            twice = undefined;
            await stack.setConfig("mvi:profile", { value: "prod" });
            const done = await changed({});
            // Machines hold nothing, and one template follows another.
            expect(done.filter((step) => /replace|delete/.test(step))).to.deep.equal(
                [...replaced("machine-template"), ...replaced("raw-template")].sort(),
            );
            expect(done).to.include.members(["update cache", "update db", "update files", "update items"]);
            expect(known({ outputs: await stack.outputs() })).to.deep.equal(first);
        });

        it("what somebody changed by hand is seen, and mended", async () => {
            const at = server();
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
            await stack.setConfig("mvi:protect", { value: "false" });
            await stack.up();
            await stack.destroy();
            expect(await emulator.refused()).to.deep.equal([]);
        });
    });
