import { expect } from "chai";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { homeOfPulumi, installPlugin } from "../../plugin/install";
import { Fake, pulumiHome } from "./harness";

describe("where the engine looks for the provider", () => {
    const { HOME, PULUMI_HOME } = process.env;
    afterEach(() => {
        for (const [name, value] of Object.entries({ HOME, PULUMI_HOME }))
            if (value === undefined) delete process.env[name];
            else process.env[name] = value;
    });

    it("is the account's home, also where $HOME is another folder, as in some containers", () => {
        delete process.env.PULUMI_HOME;
        process.env.HOME = "/elsewhere";
        expect(os.homedir()).to.equal("/elsewhere");
        expect(homeOfPulumi()).to.equal(path.join(os.userInfo().homedir, ".pulumi"));
    });

    it("is $PULUMI_HOME where that is set", () => {
        process.env.PULUMI_HOME = "/its/own";
        expect(homeOfPulumi()).to.equal("/its/own");
    });
});

describe("a stack whose program's folder was moved", function () {
    this.timeout(60_000);
    let home: ReturnType<typeof pulumiHome>;
    let script: string;
    beforeEach(() => {
        home = pulumiHome();
        script = path.join(process.env.PULUMI_HOME!, "plugins", `resource-mvi-local-v${installPlugin()}`, name);
    });
    afterEach(() => home.close());

    it("is brought up and taken down by another one's provider, which is there", async () => {
        let text = "a";
        const stack = await home.stack(async () => ({ a: new Fake("a", { text }).file }));
        const { outputs } = await stack.up();
        const elsewhere = path.join(path.dirname(path.dirname(script)), "resource-mvi-local-v0.0.1", name);
        fs.mkdirSync(path.dirname(elsewhere));
        fs.copyFileSync(script, elsewhere);
        move(script);
        text = "b";
        await stack.up();
        expect(fs.readFileSync(outputs.a.value as string, "utf8")).to.equal("b");
        await stack.destroy();
        expect(fs.existsSync(home.agents)).to.equal(false);
    });

    it("says what to do where there is none", () => {
        move(script);
        const { status, stderr } = spawnSync(script, ["127.0.0.1:1"], { encoding: "utf8" });
        expect(status).to.equal(1);
        expect(stderr).to.match(
            /pulumi-mvi is no longer in \/moved\/away.*, where this stack was last brought up from/,
        );
        expect(stderr).to.include('"npx pulumi-mvi install"');
    });

    it("runs with the Node.js on PATH where the one that was is gone", () => {
        fs.writeFileSync(script, fs.readFileSync(script, "utf8").replace(process.execPath, "/no/such/node"));
        const { stdout } = spawnSync(script, ["127.0.0.1:1"], { encoding: "utf8", timeout: 5_000 });
        expect(stdout, "its port").to.match(/^\d+\n/);
    });

    const name = "pulumi-resource-mvi-local";
    /** As if the folder that the script is for had been moved. */
    const move = (file: string) =>
        fs.writeFileSync(
            file,
            fs.readFileSync(file, "utf8").replaceAll(path.resolve(__dirname, "../../plugin"), "/moved/away"),
        );
});
