import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cgroup, limitsSupported } from "../../agent/process/limits";

// What is written is looked at in a folder that stands in for the kernel's: whether the kernel obeys is not proven here.
describe("process/limits", () => {
    let root: string;

    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "mvi-cgroup-"));
    });
    afterEach(() => rmSync(root, { recursive: true, force: true }));

    it("says what this machine honours", () => {
        expect(limitsSupported(root)).to.include({ cpu: false, memory: "watched" });
        expect(limitsSupported(root).note).to.match(/cores are not limited, memory is watched .*cgroup v2/);
        writeFileSync(join(root, "cgroup.subtree_control"), "cpu memory pids\n");
        writeFileSync(join(root, "cgroup.procs"), "");
        expect(limitsSupported(root)).to.include({ cpu: true, memory: "cgroup" });
        expect(limitsSupported(root).note).to.equal(
            "limits of workloads: cores are limited by the kernel, memory is limited by the kernel",
        );
        writeFileSync(join(root, "cgroup.subtree_control"), "memory\n");
        expect(limitsSupported(root)).to.include({ cpu: false, memory: "cgroup" });
    });

    it("writes the limits as the kernel wants them", () => {
        writeFileSync(join(root, "cgroup.subtree_control"), "cpu memory\n");
        writeFileSync(join(root, "cgroup.procs"), "");
        expect(Cgroup.make("/x", "Test/a", {}, root)).to.equal(undefined);
        const group = Cgroup.make("/x", "Test/a", { cpu: 0.25, memory: 64 }, root);
        const read = (name: string) => readFileSync(join(group?.path ?? "", name), "utf8");
        expect([read("cpu.max"), read("memory.max"), read("memory.oom.group")]).to.deep.equal([
            "25000 100000",
            "67108864",
            "1",
        ]);
        group?.add(42);
        expect(read("cgroup.procs")).to.equal("42");
        writeFileSync(join(group?.path ?? "", "memory.events"), "low 0\noom 2\noom_kill 1\n");
        expect(group?.oomKills()).to.equal(1);
    });
});
