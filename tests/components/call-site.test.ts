// Where a resource is declared, as Pulumi keeps it: at the line of the user's program.
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as path from "node:path";
import { App, Blob } from "pulumi-mvi";
import { run } from "../support/mocks";

const own = path.basename(__filename);
const ours = /\/(dist\/)?(components|providers)\//;

describe("where a resource is declared", () => {
    it("is a line of the user's program, for components and their children, and none of ours", async () => {
        const seen = await traces(() => void new App("shop", { blobs: { uploads: {} } }));
        expect(seen.map(({ type }) => type)).to.include.members([
            "mvi:index:App",
            "mvi:index:Blob",
            "mvi-local:index:Bucket",
        ]);
        for (const { type, files } of seen) {
            expect(path.basename(files[0]), type).to.equal(own);
            expect(
                files.filter((file) => ours.test(file) && !file.includes("/tests/")),
                type,
            ).to.deep.equal([]);
        }
    });

    it("has the user's own components in between", async () => {
        class Store extends pulumi.ComponentResource {
            constructor() {
                super("own:index:Store", "store");
                new Blob("uploads", {}, { parent: this });
            }
        }
        const seen = await traces(() => void new Store());
        const bucket = seen.find(({ type }) => type === "mvi-local:index:Bucket")!;
        expect(bucket.files.filter((file) => path.basename(file) === own)).to.have.length.of.at.least(2);
    });

    it("leaves in a trace of the user's where it was taken", async () => {
        const before = Object.getOwnPropertyDescriptors(Error);
        let stack: string | undefined;
        await traces(() => {
            // The SDK calls it from within the constructors that register resources.
            pulumi.runtime.registerStackTransformation(() => {
                stack ??= new Error("seen").stack;
                return undefined;
            });
            new Blob("uploads", {});
        });
        expect(stack).to.match(/^Error: seen\n {4}at /);
        expect(stack).to.include(own);
        expect(Object.getOwnPropertyDescriptors(Error)).to.deep.equal(before);
    });

    it("leaves others' way of writing traces in place, also where a constructor throws", async () => {
        const others = (error: Error) => `others: ${error.message}`;
        const before = Error.prepareStackTrace;
        Error.prepareStackTrace = others;
        try {
            let inside: string | undefined;
            const limit = Error.stackTraceLimit;
            await traces(() => {
                pulumi.runtime.registerStackTransformation(() => {
                    inside = new Error("inside").stack;
                    throw new Error("refused");
                });
                expect(() => new Blob("uploads", {})).to.throw("refused");
            });
            expect(inside).to.equal("others: inside");
            expect(Error.prepareStackTrace).to.equal(others);
            expect(Error.stackTraceLimit).to.equal(limit);
        } finally {
            Error.prepareStackTrace = before;
        }
    });
});

interface Register {
    getType(): string;
    getStacktrace(): { getFramesList(): { getPc(): { getUri(): string } | undefined }[] } | undefined;
}

/** The files of each resource's trace, the place where it is declared first. */
async function traces(body: () => void): Promise<{ type: string; files: string[] }[]> {
    const seen: { type: string; files: string[] }[] = [];
    await run({ config: { "mvi:cloud": "local" } }, () => {
        const monitor = pulumi.runtime.getMonitor() as unknown as {
            registerResource(request: Register, done: unknown): unknown;
        };
        const { registerResource } = monitor;
        monitor.registerResource = (request, done) => {
            const frames = request.getStacktrace()?.getFramesList() ?? [];
            const files = frames.map((frame) => frame.getPc()?.getUri()).filter((uri) => uri !== undefined);
            if (request.getType() !== "pulumi:pulumi:Stack") seen.push({ type: request.getType(), files });
            return registerResource.call(monitor, request, done);
        };
        body();
    });
    return seen;
}
