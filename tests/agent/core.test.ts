import { expect } from "chai";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { openEndpoints } from "../../agent/core/endpoints";
import { agentEnvironment } from "../../agent/core/environment";
import { forEach, Mutexes } from "../../agent/core/mutex";
import { placeOf } from "../../agent/core/place";
import { openVault } from "../../agent/core/vault";
import { openHost } from "../../agent/core/host";
import { openIdentities } from "../../agent/identity/identities";
import { type Kind, Refusal, type Target } from "../../agent/kind";
import { kindRegistry } from "../../agent/kinds";
import { type DataKeys } from "../../agent/log/types";

describe("the agent's parts", () => {
    let folder: string;
    beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "mvi-core-"))));
    afterEach(() => fs.rmSync(folder, { recursive: true }));

    it("the vault opens what it sealed, also after a restart, and nothing that was changed", () => {
        const file = path.join(folder, "vault.key");
        const sealed = openVault(file).seal("geheim ✓");
        expect(sealed).not.to.contain("geheim");
        expect(openVault(file).open(sealed)).to.equal("geheim ✓");
        expect(fs.statSync(file).mode & 0o777).to.equal(0o600);
        const bytes = Buffer.from(sealed.slice(3), "base64");
        for (const at of [0, 15, bytes.length - 1]) {
            const changed = Buffer.from(bytes);
            changed[at] ^= 1;
            expect(() => openVault(file).open(`v1.${changed.toString("base64")}`), String(at)).to.throw();
        }
        expect(() => openVault(path.join(folder, "other.key")).open(sealed)).to.throw();
        fs.writeFileSync(file, "short");
        expect(() => openVault(file)).to.throw(/holds 3 bytes and not a key of 32/);
    });

    it("the vault refuses another key than the one that sealed, and makes none in the place of a lost one", () => {
        const file = path.join(folder, "vault.key");
        const sealed = openVault(file).seal("geheim");
        const key = fs.readFileSync(file);
        fs.rmSync(file);
        expect(() => openVault(file)).to.throw(Refusal, /vault.key is missing, .*: put its backup there$/);
        expect(fs.existsSync(file)).to.equal(false);
        fs.writeFileSync(file, randomBytes(32).toString("base64"));
        expect(() => openVault(file)).to.throw(Refusal, /vault.key is not the key that sealed what is here, .*: put/);
        fs.writeFileSync(file, key);
        expect(openVault(file).open(sealed)).to.equal("geheim");
        // of an earlier version, or killed between the two files
        fs.rmSync(`${file}.check`);
        expect(openVault(file).open(sealed)).to.equal("geheim");
        expect(fs.statSync(`${file}.check`).mode & 0o777).to.equal(0o600);
    });

    it("a place is of a project and a stack, and of nothing that leads elsewhere", () => {
        expect(placeOf("p/s", "/home/me/.mvi").folder).to.equal("/home/me/.mvi/p/s");
        for (const stack of ["p", "p/../q", "../q", "p/s/t", "p/", "p/a b"]) {
            expect(() => placeOf(stack, "/x"), stack).to.throw(/expected "<project>\/<stack>"/);
        }
    });

    it("mutexes let one in at a time, in order, also after a fault", async () => {
        const mutexes = new Mutexes();
        const seen: string[] = [];
        const task = (name: string) => async () => {
            seen.push(`${name} in`);
            await new Promise((resolve) => setTimeout(resolve, 5));
            seen.push(`${name} out`);
            if (name === "a") {
                throw new Error("a");
            }
        };
        const results = await Promise.allSettled([mutexes.run("k", task("a")), mutexes.run("k", task("b"))]);
        expect(results.map(({ status }) => status)).to.deep.equal(["rejected", "fulfilled"]);
        expect(seen).to.deep.equal(["a in", "a out", "b in", "b out"]);
        await mutexes.idle();
    });

    it("forEach works on so many at a time, and on all", async () => {
        let running = 0;
        let most = 0;
        const done: number[] = [];
        await forEach([1, 2, 3, 4, 5], 2, async (item) => {
            most = Math.max(most, ++running);
            await new Promise((resolve) => setTimeout(resolve, 2));
            running--;
            done.push(item);
        });
        expect(most).to.equal(2);
        expect(done.sort()).to.deep.equal([1, 2, 3, 4, 5]);
    });

    it("endpoints tell who watches, at once and at each change", () => {
        const endpoints = openEndpoints();
        const target: Target = { id: "web/1", host: "127.0.0.1", port: 1, draining: false };
        const seen: number[] = [];
        const stop = endpoints.watch("Container/web/http", (targets) => seen.push(targets.length));
        endpoints.publish("Container/web/http", [target]);
        endpoints.publish("Container/other/http", [target]);
        endpoints.publish("Container/web/http", []);
        stop();
        endpoints.publish("Container/web/http", [target]);
        expect(seen).to.deep.equal([0, 1, 0]);
        expect(endpoints.targets("Container/web/http")).to.deep.equal([target]);
    });

    it("a host makes a kind once, and the key's kind seals data keys for logs", async () => {
        const sink = {
            append: () => undefined,
            count: () => undefined,
            gauge: () => undefined,
            observe: () => undefined,
        };
        const vault = openVault(path.join(folder, "vault.key"));
        const identities = openIdentities(path.join(folder, "identities.json"), vault);
        const registry = kindRegistry("");
        const parts = {
            stack: "p/s",
            folder,
            vault,
            logs: sink,
            metrics: sink,
            identities,
            registry,
            report: () => undefined,
        };
        const { kind, used } = openHost(parts);
        const keys = kind("Key") as unknown as Kind & DataKeys;
        expect(kind("Key")).to.equal(keys);
        const inputs = { name: "k", purpose: "encrypt", forceDestroy: true };
        const call = { restoring: false, progress: () => undefined, signal: new AbortController().signal };
        await keys.apply("k", inputs, call);
        const { plain, sealed } = await keys.generateDataKey("Log/l", "k");
        expect(plain).to.have.length(32);
        expect(Buffer.from(sealed, "base64").includes(plain)).to.equal(false);
        expect(await keys.openDataKey("Log/l", "k", sealed)).to.deep.equal(plain);
        expect(() => keys.openDataKey("Log/l", "other", sealed)).to.throw();
        expect(used().map(({ name }) => name)).to.deep.equal(["Key"]);
        await keys.remove("k", inputs);
        await keys.stop();
    });

    it("the environment has what programs need, and no credentials", () => {
        const from = {
            PATH: "/bin",
            LC_ALL: "C",
            MVI_HOME: "/x",
            AWS_PROFILE: "x",
            GOOGLE_APPLICATION_CREDENTIALS: "x",
            NODE_OPTIONS: "x",
            MVI_SUPERVISED: "x",
        };
        expect(agentEnvironment(from)).to.deep.equal({ PATH: "/bin", LC_ALL: "C", MVI_HOME: "/x" });
    });
});
