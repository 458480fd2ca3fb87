/** npm run test:checkov: has Checkov (a scanner for insecure settings) look at all that the drivers for AWS and GCP make. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { build } from "./lib/project.mjs";

const version = "3.3.30";
const folder = path.join(
    process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"),
    "pulumi-mvi",
    `checkov-${version}`,
);
const bin = path.join(folder, process.platform === "win32" ? "Scripts" : "bin");

const found = installed();
if (typeof found === "string") {
    console.log(`Checkov is skipped: ${found}`);
} else {
    await build(); // the guestbook imports the package as its users do
    const tsx = path.join(import.meta.dirname, "../node_modules/tsx/dist/cli.mjs");
    const main = path.join(import.meta.dirname, "../tests/checkov/main.ts");
    const { status } = spawnSync(process.execPath, [tsx, main, found.command, ...process.argv.slice(2)], {
        stdio: "inherit",
    });
    process.exitCode = status ?? 1;
}

/** Checkov's command; it is installed when it is missing. Else why that cannot be. */
function installed() {
    const command = path.join(bin, "checkov");
    const done = path.join(folder, ".installed");
    if (fs.existsSync(done)) return { command };
    const python = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);
    if (!python) return "there is no Python: install Python 3.9 or newer";
    console.log(`Installs Checkov ${version} into ${folder} …`);
    const steps = [
        [python, ["-m", "venv", folder]],
        [path.join(bin, "pip"), ["install", "--quiet", "--disable-pip-version-check", `checkov==${version}`]],
    ];
    for (const [program, args] of steps) {
        const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
        if (status !== 0) return `${program} ${args.join(" ")}: ${(stderr ?? "").trim().split("\n").pop()}`;
    }
    fs.writeFileSync(done, "");
    return { command };
}
