import { expect } from "chai";
import { type Stack } from "@pulumi/pulumi/automation";
import { refusal, until } from "../agent/harness";
import { openSocket, serversAt, slowUpload, versionAt } from "./clients";
import { type Load, offered, startLoad } from "./loads";
import { runningIn } from "../faults/machine";
import { faultHome, small, type Version } from "../faults/support";
import { type Aim, type Evidence, inFull } from "../support/proof";
import { atLeast, proveLoad, same } from "./figures";
import { broken, changedApp, containerOf, exitCodeOf } from "./versions";

/** Answers a second. */
const rate = 500;

/** How many releases in a row: with MVI_FAULTS, and for the proof, as many as the long form has. */
const releases = inFull(20, process.env.MVI_FAULTS ? 20 : 4);

describe("releases under load, through Pulumi's engine", function () {
    this.timeout(240_000 + releases * 60_000);
    let home: ReturnType<typeof faultHome>;
    let version: Version;
    let stack: Stack;
    let url: string;
    let load: Load | undefined;

    beforeEach(async () => {
        home = faultHome();
        version = { version: "1" };
        stack = await home.stack(small(() => version));
    });
    afterEach(async () => {
        await load?.end();
        load = undefined;
        await home.close();
    });

    const begin = async (first: Version): Promise<void> => {
        version = first;
        url = (await stack.up()).outputs.url.value as string;
        load = await startLoad(url, offered(rate));
    };

    /** Ends the load: nothing of it may have failed, and these versions must have answered, and no other. */
    const judge = async (
        what: string,
        times: number,
        expected: readonly string[],
        more: Evidence["figures"] = {},
    ): Promise<void> => {
        const report = await load!.end();
        const served = Object.keys(report.versions).sort();
        const wanted = [...expected].sort();
        const versions = same(served.join(", "), wanted.join(", "));
        proveLoad(what, times, rate, report, { "versions that answered": versions, ...more });
        expect(served).to.deep.equal(wanted);
    };

    it(`fail no request, no WebSocket and no upload: ${releases} in a row, one of another image that is slow to start`, async () => {
        await begin({ version: "1", grace: 60 });
        const socket = await openSocket(url);
        const upload = slowUpload(url);
        const names = ["1"];
        const outlived: Record<string, Aim> = {};
        for (let number = 1; number <= releases; number++) {
            names.push(String(number + 1));
            const other = number === 2 ? { build: changedApp(home.root), mode: "slow" } : {};
            version = { version: names[number], grace: 60, ...other };
            await stack.up();
            expect(await versionAt(url)).to.equal(names[number]);
            if (number === 1) {
                const echoed = await socket.echo("over the release");
                const taken = await upload.end();
                const bytes = upload.bytes();
                outlived["the WebSocket opened before a release echoes after it"] = same(echoed, "over the release");
                outlived["bytes of the upload begun before it, as the version before has them"] = same(
                    `${taken.bytes}, version ${taken.version}`,
                    `${bytes}, version 1`,
                );
                expect(echoed, "the WebSocket").to.equal("over the release");
                expect(taken, "the upload").to.deep.equal({ version: "1", bytes });
                await socket.close();
            }
        }
        await judge(
            "rolling releases in a row, one of another image that is slow to start; a WebSocket and a slow upload outlive one",
            releases,
            names,
            { releases: atLeast(20, names.length - 1), ...outlived },
        );
        await stack.preview({ expectNoChanges: true });
        await stack.destroy();
    });

    it("neither do more replicas, fewer, and a restart", async () => {
        await begin({ version: "1" });
        const replicas = async (count: number, change: Partial<Version>): Promise<number[]> => {
            version = { version: "1", scale: count, ...change };
            await stack.up();
            // Those that are of no more use answer what they have, and end: `up` does not wait for them.
            await until(`${count} run`, () => webs().length === count, 30_000);
            const serving = await serversAt(url);
            expect(serving, "each that runs serves").to.deep.equal(webs());
            return serving;
        };
        const webs = () =>
            runningIn(home.root)
                .filter(({ command }) => /node server\.mjs/.test(command))
                .map(({ pid }) => pid)
                .sort((a, b) => a - b);
        const first = webs();
        const ten = await replicas(10, {});
        const two = await replicas(2, {});
        const restarted = await replicas(2, { restart: "now" });
        expect(ten, "the first two serve on").to.include.members(first);
        expect(ten, "two of the ten serve on").to.include.members(two);
        const kept = restarted.filter((pid) => ten.includes(pid));
        await judge("2 replicas, 10, 2 again, and a restart of all, under load", 1, ["1"], {
            "processes that served, at first and after each": {
                got: [first, ten, two, restarted].map(({ length }) => length).join(", "),
                wanted: "2, 10, 2, 2",
                met: ten.length === 10 && [first, two, restarted].every(({ length }) => length === 2),
            },
            "processes that outlived the restart": { got: kept.length, wanted: 0, met: kept.length === 0 },
        });
        expect([first, ten, two, restarted].map(({ length }) => length)).to.deep.equal([2, 10, 2, 2]);
        expect(kept).to.deep.equal([]);
        await stack.preview({ expectNoChanges: true });
        await stack.destroy();
    });

    it("that do not work reach nobody: up fails and says why, the old version serves on, the next good one goes through", async () => {
        await begin({ version: "1" });
        const codes: number[] = [];
        for (const { mode, says, startup = 30 } of broken) {
            version = { version: `${mode} in ${startup}`, mode, startup };
            const error = await refusal(stack.up());
            const { message } = error;
            codes.push(exitCodeOf(error));
            expect(exitCodeOf(error), `${mode}: the exit code of up`).to.not.equal(0);
            says.forEach((words) => expect(message, mode).to.match(words));
            expect(message, mode).to.match(/the version before serves on/);
            expect((await containerOf(stack)).env.VERSION, mode).to.equal("1");
        }
        version = { version: "1" };
        await stack.preview({ expectNoChanges: true });
        const modes = broken.map(({ mode }) => mode).join(", ");
        await judge(`releases that do not work (${modes}) under load`, broken.length, ["1"], {
            "exit codes of up": { got: codes.join(", "), wanted: "none is 0", met: !codes.includes(0) },
        });
        version = { version: "2" };
        await stack.up();
        await until("the good one serves", async () => (await versionAt(url)) === "2");
        await stack.destroy();
    });
});
