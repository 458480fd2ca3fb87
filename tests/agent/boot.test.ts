import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { execFileSync } from "node:child_process";
import { testHome, until } from "./harness";

describe("the boot entry", () => {
    let home: ReturnType<typeof testHome>;
    afterEach(() => home.close());

    /** A crontab of a file, as the real one is used: `crontab -l` and `crontab -`. */
    function withCrontab(): string {
        home = testHome({ MVI_BOOT: "on", XDG_RUNTIME_DIR: "" });
        const bin = path.join(home.root, ".bin");
        fs.mkdirSync(bin);
        const table = path.join(bin, "table");
        fs.writeFileSync(table, "0 0 * * * mine\n");
        fs.writeFileSync(
            path.join(bin, "crontab"),
            `#!/bin/sh\n[ "$1" = -l ] && exec cat '${table}'\nexec cat > '${table}'\n`,
            { mode: 0o755 },
        );
        process.env.PATH = `${bin}:${process.env.PATH}`;
        return table;
    }

    it("is one line of the crontab, starts the stack, and goes with it", async () => {
        const table = withCrontab();
        const agent = home.agent();
        await agent.apply("a", { text: "a" });
        await until("the entry", () => fs.readFileSync(table, "utf8").includes("@reboot"));
        expect((await agent.status()).boot.by).to.equal("crontab");
        const lines = fs.readFileSync(table, "utf8").trim().split("\n");
        expect(lines).to.have.length(2);
        expect(lines[0]).to.equal("0 0 * * * mine");

        agent.kill("guardian");
        agent.kill("agent");
        const command = lines[1].replace("@reboot ", "").replace(/ #.*$/, "");
        execFileSync("/bin/sh", ["-c", `${command} &`]);
        await until("it is back", async () => (await agent.status()).resources[0].state === "serving");
        await until("the entry is there once", () => fs.readFileSync(table, "utf8").split("@reboot").length === 2);

        await agent.remove("a");
        await until("it is gone", () => agent.pid("agent") === undefined);
        expect(fs.readFileSync(table, "utf8")).to.equal("0 0 * * * mine\n");
    });

    it("is said to be missing where there is no way", async () => {
        home = testHome({ MVI_BOOT: "off" });
        const agent = home.agent();
        await agent.start();
        const { boot } = await agent.status();
        expect(boot.by).to.equal("nothing");
        expect(boot.note).to.contain("brings the stack back");
    });
});
