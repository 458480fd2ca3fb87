import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

interface Config {
    openProject(root: string): Promise<{ folder: string; keep(): Promise<void> }>;
}

const committed = "# The cloud of everyone.\nconfig:\n  mvi:cloud: local # costs nothing\n  mvi:profile: dev\n";

describe("A stack's committed configuration, with the state in the project", function () {
    this.timeout(120_000);
    const root = dirname(dirname(__dirname));
    let config: Config;
    let temp: string;

    before(async () => (config = (await import(join(root, "scripts", "lib", "config.mjs"))) as Config));
    beforeEach(() => {
        temp = mkdtempSync(join(tmpdir(), "mvi-config-"));
        cpSync(join(root, "Pulumi.yaml"), join(temp, "Pulumi.yaml"));
        mkdirSync(join(temp, "stacks"));
        writeFileSync(shared(), committed);
    });
    afterEach(() => rmSync(temp, { recursive: true, force: true }));

    it("stays as it is when a stack is made, and when a secret is set and read", async () => {
        await pulumi("stack", "init", "local");
        await pulumi("config", "set", "--secret", "guestbook:token", "hidden");
        await pulumi("config", "set", "--path", "--secret", "guestbook:list[0].token", "hidden too");
        expect(text()).to.equal(committed);
        expect(await pulumi("config", "get", "guestbook:token")).to.equal("hidden");
        expect(await pulumi("config", "get", "--path", "guestbook:list[0].token")).to.equal("hidden too");
        expect(await pulumi("config", "get", "mvi:profile")).to.equal("dev");
    });

    it("takes a plain value, keeps its comments, and gives it up again", async () => {
        await pulumi("stack", "init", "local");
        await pulumi(
            "config",
            "set",
            "guestbook:title",
            "Our book: pictures, words and whatever else a guest may want to leave",
        );
        expect(text()).to.equal(
            `${committed}  guestbook:title: "Our book: pictures, words and whatever else a guest may want to leave"\n`,
        );
        await pulumi("config", "set", "mvi:profile", "small");
        expect(text()).to.include("# costs nothing").and.include("mvi:profile: small").and.not.include("salt");
        await pulumi("config", "rm", "guestbook:title");
        await pulumi("config", "set", "mvi:profile", "dev");
        expect(text()).to.equal(committed);
    });

    it("loses a value that becomes a secret, and gets back one that is no secret any more", async () => {
        await pulumi("stack", "init", "local");
        await pulumi("config", "set", "mvi:profile", "--secret", "dev");
        expect(text()).to.not.include("profile");
        expect(await pulumi("config", "get", "mvi:profile")).to.equal("dev");
        await pulumi("config", "set", "mvi:profile", "dev", "--plaintext");
        expect(text()).to.equal(committed);
    });

    it("leads each command to what was edited by hand since, and does not undo what is edited while one runs", async () => {
        await pulumi("stack", "init", "local");
        writeFileSync(shared(), committed.replace("dev", "prod"));
        expect(await pulumi("config", "get", "mvi:profile")).to.equal("prod");
        const { keep } = await config.openProject(temp);
        writeFileSync(shared(), committed);
        await keep();
        expect(text()).to.equal(committed);
    });

    it("survives a kill between Pulumi's write and ours: the committed file counts", async () => {
        await pulumi("stack", "init", "local");
        await pulumi("config", "set", "--secret", "guestbook:token", "hidden");
        const { folder } = await config.openProject(temp);
        writeFileSync(join(folder, "Pulumi.local.yaml"), `${own()}  # never acknowledged\n`.replace("local", "aws"));
        expect(await pulumi("config", "get", "mvi:cloud")).to.equal("local");
        expect(await pulumi("config", "get", "guestbook:token")).to.equal("hidden");
        expect(text()).to.equal(committed);
    });

    it("keeps the secrets of a file that was committed with its salt, as people who share a passphrase do", async () => {
        await pulumi("stack", "init", "local");
        writeFileSync(shared(), own());
        await pulumi("config", "set", "--secret", "guestbook:token", "ours");
        expect(text())
            .to.match(/guestbook:token:\n\s+secure: v1:/)
            .and.include("encryptionsalt:");
        expect(await pulumi("config", "get", "guestbook:token")).to.equal("ours");
    });

    it("is made for a stack that has none, by its first plain value only", async () => {
        await pulumi("stack", "init", "other");
        expect(existsSync(shared("other"))).to.equal(false);
        await pulumi("config", "set", "--stack", "other", "mvi:cloud", "local");
        expect(text("other")).to.equal("config:\n  mvi:cloud: local\n");
        expect(text()).to.equal(committed);
    });

    const shared = (stack = "local") => join(temp, "stacks", `Pulumi.${stack}.yaml`);
    const text = (stack?: string) => readFileSync(shared(stack), "utf8");
    const own = () => readFileSync(join(temp, ".pulumi", "project", "Pulumi.local.yaml"), "utf8");

    async function pulumi(...args: string[]): Promise<string> {
        const { folder, keep } = await config.openProject(temp);
        const env = {
            ...process.env,
            PULUMI_HOME: join(temp, "home"),
            PULUMI_BACKEND_URL: `file://${temp}`,
            PULUMI_CONFIG_PASSPHRASE: "secret",
            PULUMI_SKIP_UPDATE_CHECK: "true",
        };
        const said = execFileSync("pulumi", ["-C", folder, ...args], { env, encoding: "utf8", stdio: "pipe" });
        await keep();
        return said.trim();
    }
});
