import { expect } from "chai";
import * as path from "node:path";
import { passes } from "../../providers/gcp/propagation";

interface Options {
    onLine?(line: string): void;
}
interface Held {
    untilLetGo(
        pulumi: {
            run(args: string[], options: Options): Promise<number>;
            capture(args: string[]): Promise<string | undefined>;
        },
        stack: string,
        code: number,
        wait: (seconds: number) => Promise<void>,
    ): Promise<number>;
}

const held =
    "error: deleting Subnetwork: The subnetwork resource 'projects/p/regions/r/subnetworks/s' is already being used by 'projects/p/regions/r/addresses/serverless-ipv4-1721014303789269923', resourceInUseByAnotherResource";

describe("npm run down, where Cloud Run still holds a network", () => {
    let lib: Held;
    before(async () => (lib = (await import(path.resolve(__dirname, "../../scripts/lib/held.mjs"))) as Held));

    /** Ends a stack whose further attempts print these lines, and then nothing. */
    async function end({ cloud = "gcp", last = { kind: "destroy", result: "failed" }, lines = [] as string[] }) {
        const ran: string[] = [];
        let waited = 0;
        const said = console.log;
        console.log = () => undefined;
        try {
            const code = await lib.untilLetGo(
                {
                    run: (args, { onLine }) => {
                        const line = lines[ran.length];
                        ran.push(args.join(" "));
                        if (line !== undefined) onLine?.(line);
                        return Promise.resolve(line === undefined ? 0 : 255);
                    },
                    capture: ([command]) =>
                        Promise.resolve(command === "config" ? `${cloud}\n` : JSON.stringify(last && [last])),
                },
                "gcp",
                1,
                (seconds) => {
                    waited += seconds;
                    return Promise.resolve();
                },
            );
            return { code, ran, waited };
        } finally {
            console.log = said;
        }
    }

    it("tries again until it is let go, and then it has ended", async () => {
        const { code, ran, waited } = await end({ lines: [held, held] });
        expect(code).to.equal(0);
        expect(ran).to.deep.equal(Array(3).fill("destroy --stack gcp --yes --skip-preview --continue-on-error"));
        expect(waited).to.equal(180);
        expect(passes(held), "it is what the program itself waits for").to.equal(true);
    });

    it("gives up after more than two hours", async () => {
        const { code, waited } = await end({ lines: Array<string>(1000).fill(held) });
        expect(code).to.equal(1);
        expect(waited).to.be.within(7200, 10_800);
    });

    it("does not wait for anything else", async () => {
        const { code, ran, waited } = await end({ lines: ["error: the bucket is not empty"] });
        expect({ code, waited }).to.deep.equal({ code: 255, waited: 0 });
        expect(ran).to.have.lengthOf(1);
    });

    it("ends nothing that nobody agreed to, and nothing on another cloud", async () => {
        for (const given of [{ cloud: "aws" }, { last: { kind: "update", result: "succeeded" } }])
            expect(await end({ ...given, lines: [held] })).to.deep.equal({ code: 1, ran: [], waited: 0 });
    });
});
