import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { type EngineEvent } from "@pulumi/pulumi/automation";
import { until } from "../agent/harness";
import { steps } from "../plugin/harness";
import { leftFigures, leftOf } from "./census";
import { listens, portsIn, runningIn } from "./machine";
import { prove } from "./proof";
import { faultHome, filesOf, small, withFiles } from "./support";

describe("stacks on one machine, through Pulumi's engine", function () {
    this.timeout(120_000);
    let home: ReturnType<typeof faultHome>;
    beforeEach(() => (home = faultHome()));
    afterEach(() => home.close());

    it("live side by side: one goes, with all that it had, and the other one does not notice", async () => {
        const program = small(() => ({ version: "1", ...withFiles }));
        const [one, two] = [await home.stack(program, "one"), await home.stack(program, "two")];
        const [first, second] = [(await one.up()).outputs.url.value, (await two.up()).outputs.url.value] as string[];
        expect(first).to.not.equal(second);
        const files = filesOf(home.agent("project/two"));
        await files.send(new PutObjectCommand({ Bucket: files.bucket, Key: "a.txt", Body: "two" }));
        const folders = ["one", "two"].map((name) => path.join(home.agents, "project", name));
        const running = (name: string) => runningIn(home.root, `project/${name}`);
        const [before, ports] = [running("two"), portsIn(folders[0])];
        expect(running("one")).to.have.length(before.length).greaterThan(3);
        expect(ports).to.not.be.empty.and.not.include.members(portsIn(folders[1]));

        await one.destroy();
        await until("the first one is gone", () => running("one").length === 0);
        expect(await Promise.all(ports.map(listens))).to.not.include(true);
        expect(fs.existsSync(folders[0])).to.equal(false);
        expect(running("two")).to.deep.equal(before);
        expect((await fetch(second)).status).to.equal(200);
        const object = await files.send(new GetObjectCommand({ Bucket: files.bucket, Key: "a.txt" }));
        expect(await object.Body!.transformToString()).to.equal("two");
        await two.preview({ expectNoChanges: true });

        await two.destroy();
        await until("nothing runs", () => runningIn(home.root).length === 0);
        expect(fs.existsSync(home.agents)).to.equal(false);
        files.destroy();
        prove("stacks", "one of two stacks side by side was destroyed", 1, {
            "processes of the other, the same before and after": before.length,
            "ports of the first, none of which anybody listens on after it": ports.length,
            kept: "the other's file, its URL, and nothing to change",
        });
    });

    it("leave nothing behind: no process, no port, and no file but the engine's own", async () => {
        const stack = await home.stack(small(() => ({ version: "1", ...withFiles })));
        await stack.up();
        const ports = portsIn(home.agents);
        await stack.destroy();
        const left = await leftOf(home, ports);
        prove("stacks", "a stack was made and destroyed", 1, leftFigures([left]));
        expect(left).to.deep.equal({ processes: [], ports: [], files: [], temporaries: [] });
    });

    it("show what was removed by hand, and up brings it back", async () => {
        const stack = await home.stack(small(() => ({ version: "1", ...withFiles })));
        await stack.up();
        const up = async (): Promise<string[]> => {
            const events: EngineEvent[] = [];
            await stack.up({ onEvent: (event) => events.push(event) });
            return steps(events);
        };
        const drift = async (): Promise<Record<string, number | undefined>> => {
            const { same: _, ...changed } = (await stack.refresh()).summary.resourceChanges!;
            return changed;
        };
        expect(await drift()).to.deep.equal({});

        const agent = home.agent();
        for (const [folder, gone] of [
            ["blob", "small-files"],
            ["kv", "small-carts"],
        ]) {
            process.kill(agent.pid("agent")!, "SIGTERM");
            await until("it is stopped", () => agent.pid("agent") === undefined);
            fs.rmSync(path.join(agent.place.folder, "data", folder), { recursive: true });
            expect(await drift(), folder).to.deep.equal({ delete: 1 });
            expect(await up()).to.deep.equal([`create ${gone}`]);
        }
        await stack.preview({ refresh: true, expectNoChanges: true });
        await stack.destroy();
        prove("stacks", "the data of a bucket, and of a table, were removed by hand", 2, {
            "a refresh says": "one resource is gone",
            "the next up": "creates that one, and nothing else",
        });
    });
});
