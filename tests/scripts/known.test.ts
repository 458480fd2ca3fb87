import { expect } from "chai";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { type Clone, clone } from "./clone";

const scripts = path.join(__dirname, "../../scripts");

describe("a stack that is not there", function () {
    this.timeout(60_000);

    /** What a command says that fails. */
    async function refusal(script: string, ...args: string[]): Promise<string> {
        const run = promisify(execFile)(process.execPath, [path.join(scripts, `${script}.mjs`), ...args]);
        const { stdout, stderr } = await run.then(
            () => expect.fail(`${script} ${args.join(" ")} does not fail`),
            (fault: { stdout: string; stderr: string }) => fault,
        );
        expect(stdout).to.equal("");
        return stderr;
    }

    it("is refused at once by each command, with the one that is meant", async () => {
        for (const [script, ...args] of [["start"], ["start", "--yes"], ["outputs"], ["down"]] as const)
            expect(await refusal(script, "lcoal", ...args), script)
                .to.contain("There is no stack lcoal: did you mean local? There are: aws, gcp, local")
                .and.to.contain("To make one of your own");
        expect(await refusal("outputs", "elsewhere")).to.contain("no stack elsewhere. There are: aws, gcp, local");
    });
});

describe("a fresh clone of who is logged in to a backend of his own", function () {
    this.timeout(120_000);
    let user: Clone;
    before(() => {
        user = clone();
        const temp = path.dirname(user.folder);
        const backend = `file://${path.join(temp, "backend")}`;
        fs.mkdirSync(path.join(temp, "backend"));
        fs.mkdirSync(path.join(temp, "pulumi"), { recursive: true });
        const accounts = { current: backend, accessTokens: { [backend]: "" }, accounts: { [backend]: {} } };
        fs.writeFileSync(path.join(temp, "pulumi", "credentials.json"), JSON.stringify(accounts));
    });
    after(() => user.close());

    it("is told Pulumi's reason, and what to do, where the passphrase lacks", async () => {
        const fault = await user.npm("start").then(
            () => expect.fail("it does not fail"),
            (error: Error) => error.message,
        );
        expect(fault)
            .to.match(/The stack local can be neither selected nor made: .*passphrase must be set/)
            .and.to.contain("where you are logged in")
            .and.to.contain("set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE")
            .and.to.contain("run `pulumi logout`");
    });

    it("is told of a stack that is not made yet what makes it", async () => {
        const fault = await user.npm("run", "-s", "outputs").catch((error: Error) => error);
        expect(String(fault)).to.contain("The stack local is not made yet: `npm start` makes it.");
    });
});
