import { expect } from "chai";
import { join } from "node:path";
import { type Status } from "../../agent/core/handlers";

interface Agent {
    remarks(status: Pick<Status, "boot" | "limits">): string[];
}

describe("What `npm start` says of this machine", () => {
    let remarks: Agent["remarks"];
    const boot = { by: "systemd", atBoot: true, note: "" } as const;
    const limits = { cpu: true, memory: "cgroup", note: "" } as const;

    before(async () => {
        const file = join(__dirname, "..", "..", "scripts", "lib", "agent.mjs");
        ({ remarks } = (await import(file)) as Agent);
    });

    it("is nothing, where the stack is back at boot and its limits are held to", () => {
        expect(remarks({ boot, limits })).to.deep.equal([]);
        expect(remarks({ boot: { ...boot, by: "crontab" }, limits })).to.deep.equal([]);
    });

    it("is what to do after a reboot", () => {
        expect(remarks({ boot: { ...boot, by: "nothing", atBoot: false }, limits })).to.deep.equal([
            "reboot     nothing brings the stack back after one: `npm start` does",
        ]);
        expect(remarks({ boot: { ...boot, atBoot: false }, limits })).to.deep.equal([
            "reboot     the stack is back when you log in: at boot already after `loginctl enable-linger`",
        ]);
    });

    it("is that cores are not limited", () => {
        expect(remarks({ boot, limits: { ...limits, cpu: false } })).to.deep.equal([
            "cpu        not limited: it takes a cgroup v2 with cpu and memory that the agent's user may write to",
        ]);
    });
});
