import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { execFileSync, spawn } from "node:child_process";
import { installBoot } from "../../agent/guardian/boot";
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

        await agent.killBoth();
        const command = lines[1].replace("@reboot ", "").replace(/ #.*$/, "");
        execFileSync("/bin/sh", ["-c", `${command} &`]);
        await until("it is back", async () => (await agent.status()).resources[0].state === "serving");
        await until("the entry is there once", () => fs.readFileSync(table, "utf8").split("@reboot").length === 2);

        await agent.remove("a");
        await until("it is gone", () => agent.pid("agent") === undefined);
        expect(fs.readFileSync(table, "utf8")).to.equal("0 0 * * * mine\n");
    });

    /** A systemd of the user that runs, as far as we see of it: each call is a line of `calls`. */
    function withSystemd(linger: "yes" | "no", systemctl = "exit 0") {
        home = testHome({ MVI_BOOT: "on" });
        const [bin, runtime, config] = [".bin", ".run", ".config"].map((name) => path.join(home.root, name));
        fs.mkdirSync(bin);
        fs.mkdirSync(path.join(runtime, "systemd"), { recursive: true });
        fs.writeFileSync(path.join(runtime, "systemd", "private"), "");
        const calls = path.join(bin, "calls");
        const fake = (name: string, then: string) =>
            fs.writeFileSync(path.join(bin, name), `#!/bin/sh\necho "${name} $*" >> '${calls}'\n${then}\n`, {
                mode: 0o755,
            });
        fake("systemctl", systemctl);
        fake("loginctl", `echo Linger=${linger}`);
        fake("crontab", "exit 0");
        Object.assign(process.env, {
            PATH: `${bin}:${process.env.PATH}`,
            XDG_RUNTIME_DIR: runtime,
            XDG_CONFIG_HOME: config,
        });
        const units = path.join(config, "systemd", "user");
        return {
            calls: () => fs.readFileSync(calls, "utf8").trim().split("\n"),
            units: () => fs.readdirSync(units).map((name) => path.join(units, name)),
        };
    }

    it("is a unit of the user's systemd, starts the stack, and goes with it", async () => {
        const systemd = withSystemd("no");
        const agent = home.agent("project/dev", path.join(home.root, 'my "$HOME" 50%d'));
        await agent.apply("a", { text: "a" });
        const { boot } = await agent.status();
        const [unit, ...others] = systemd.units();
        expect(others).to.deep.equal([]);
        expect(boot).to.deep.equal({
            by: "systemd",
            atBoot: false,
            note: `${unit}, at login: for a start at boot run \`loginctl enable-linger\``,
        });
        const name = path.basename(unit);
        expect(name).to.match(/^mvi-[0-9a-f]{12}\.service$/);
        expect((fs.statSync(unit).mode & 0o777).toString(8)).to.equal("600");
        expect(systemd.calls()).to.deep.equal([
            "systemctl --user daemon-reload",
            `systemctl --user enable ${name}`,
            `loginctl show-user ${process.getuid?.()} --property=Linger`,
        ]);
        const lines = fs.readFileSync(unit, "utf8").split("\n");
        expect(lines.filter((line) => !line.startsWith("ExecStart="))).to.deep.equal([
            "[Unit]",
            "Description=pulumi-mvi agent of project/dev",
            "[Service]",
            "KillMode=process",
            "[Install]",
            "WantedBy=default.target",
            "",
        ]);

        await agent.killBoth();
        const [program, ...args] = wordsOf(lines.find((line) => line.startsWith("ExecStart="))!);
        expect(path.isAbsolute(program)).to.equal(true);
        spawn(program, args, { detached: true, stdio: "ignore", cwd: "/" }).unref();
        await until("it is back", async () => (await agent.status()).resources[0].state === "serving");
        expect(systemd.units()).to.deep.equal([unit]);

        await agent.remove("a");
        await until("it is gone", () => agent.pid("agent") === undefined);
        expect(systemd.units()).to.deep.equal([]);
        expect(systemd.calls().at(-2)).to.equal(`systemctl --user disable ${name}`);
    });

    it("is there at boot for a user who lingers", async () => {
        const systemd = withSystemd("yes");
        const boot = await installBoot(home.agent().place, "test");
        expect(boot).to.deep.equal({ by: "systemd", atBoot: true, note: systemd.units()[0] });
    });

    it("is the crontab's where systemd refuses", async () => {
        const systemd = withSystemd("yes", "exit 1");
        expect((await installBoot(home.agent().place, "test")).by).to.equal("crontab");
        expect(systemd.calls()).to.deep.equal(["systemctl --user daemon-reload", "crontab -l", "crontab -"]);
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

/** What systemd makes of a command: quotes and backslashes first, then specifiers, then variables in all but the first. */
function wordsOf(line: string): string[] {
    const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word]) => word.replace(/\\(.)/g, "$1"));
    return words
        .map((word) => word.replace(/%(.)/g, (_, next) => (next === "%" ? "%" : "(a specifier)")))
        .map((word, index) =>
            index === 0 ? word : word.replace(/\$(\$|\w+)/g, (_, next) => (next === "$" ? "$" : "(a variable)")),
        );
}
