// A process that supervises two others, to be killed with -9: see reap.test.ts.
import { supervise } from "../../agent/process/supervisor";
import { testHost, until } from "./host";

const host = testHost(process.argv[2]);
const script = `
    process.on("SIGTERM", () => 0);
    const child = require("node:child_process").spawn(process.execPath, ["-e", "process.on('SIGTERM', () => 0); setInterval(() => 0, 1000)"], { detached: DETACHED, stdio: "ignore" });
    console.log(child.pid);
    setInterval(() => 0, 1000);
`;

async function main(): Promise<void> {
    const start = (name: string, detached: boolean) =>
        supervise(host, {
            id: `Test/${name}`,
            command: [process.execPath, "-e", script.replace("DETACHED", String(detached))],
            cwd: "/tmp",
            env: {},
            log: name,
            source: name,
        });
    const both = [await start("a", false), await start("b", true)];
    await until(() => host.lines.length === 2);
    process.send?.([...both.map((each) => each.pid), ...host.lines.map((line) => Number(line.text))]);
}

void main();
