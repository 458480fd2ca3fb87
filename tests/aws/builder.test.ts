import { expect } from "chai";
import * as fs from "node:fs";
import { App, Image, Mistake } from "../../components";
import { onAws } from "./program";

const reference = `ghcr.io/example/app@sha256:${"a".repeat(64)}`;

describe("Where no container engine is, on AWS", () => {
    const saved = { ...process.env };
    before(function () {
        // Whoever has an engine's socket may have one without its command.
        if (fs.existsSync("/var/run/docker.sock")) this.skip();
        delete process.env.DOCKER_HOST;
        delete process.env.BUILDX_BUILDER;
        process.env.PATH = "";
    });
    after(() => Object.assign(process.env, saved));

    it("an Image to build is refused with what to do", async () => {
        const { all } = await onAws(() =>
            expect(() => new Image("web", { context: "." })).to.throw(
                Mistake,
                /^Image "web" .*\n.*context: cannot be built here, since there is no container engine, but got ".": start Docker.*`reference`/,
            ),
        );
        expect(all).to.deep.equal([]);
    });

    it("an app is refused as a whole, with all that it would build, before anything is made", async () => {
        const found: string[] = [];
        const sidecars = { side: { build: { context: "." } }, other: { image: reference } };
        const { all } = await onAws(() => {
            try {
                new App("shop", {
                    blobs: { files: {} },
                    containers: { web: { image: reference, sidecars } },
                    jobs: { nightly: { build: ".", schedule: "0 3 * * *" } },
                    images: { there: { context: "." }, given: { reference } },
                });
            } catch (error) {
                if (!(error instanceof Mistake)) throw error;
                found.push(...error.faults.map(({ where, what }) => `${where} ${what}`));
            }
        });
        const what = "cannot be built here, since there is no container engine";
        expect(found.sort()).to.deep.equal([
            `containers.web.sidecars.side.build ${what}`,
            `images.there.context ${what}`,
            `jobs.nightly.build ${what}`,
        ]);
        expect(all).to.deep.equal([]);
    });

    it("what was built elsewhere runs all the same", async () => {
        const { names } = await onAws(
            () => new App("shop", { containers: { web: { image: reference } }, images: { given: { reference } } }),
        );
        expect(names("Service")).to.deep.equal(["shop-web"]);
    });
});
