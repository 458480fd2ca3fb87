import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { Image } from "../../components";
import { type Ask, Refusal } from "../../providers/gcp/google-api";
import { offered } from "../../providers/gcp/image-scanning";
import { run, value } from "../support/mocks";
import { project, region } from "./lens";
import { digest } from "./lens-runs";
import { onGcp } from "./program";

const reference = `ghcr.io/acme/web@sha256:${"a".repeat(64)}`;
const name = `${region}-docker.pkg.dev/${project}/web-0a1b2c3d/image`;

describe("An Image on GCP", () => {
    it("is in a repository of its own, which nobody changes, under the stack's key, with the newest 50 kept", async () => {
        const { inputs, result } = await onGcp(() => new Image("web", { context: "." }));
        expect(inputs("Repository", "web")).to.deep.include({
            repositoryId: "web-0a1b2c3d",
            format: "DOCKER",
            mode: "STANDARD_REPOSITORY",
            location: region,
            kmsKeyName: "stack-key",
            dockerConfig: { immutableTags: true },
            cleanupPolicies: [
                { id: "old", action: "DELETE", condition: { tagState: "ANY", olderThan: "86400s" } },
                { id: "newest", action: "KEEP", mostRecentVersions: { keepCount: 50 } },
            ],
            cleanupPolicyDryRun: false,
            vulnerabilityScanningConfig: { enablementConfig: "INHERITED" },
            deletionPolicy: "DELETE",
        });
        expect(await value(result.digest)).to.equal(digest);
        expect(await value(result.reference)).to.equal(`${name}@${digest}`);
    });

    it("is pushed by its digest, without a tag that would keep it for ever, as whoever deploys", async () => {
        const { inputs, names } = await onGcp(
            () =>
                new Image("web", {
                    context: ".",
                    dockerfile: "Dockerfile.prod",
                    target: "run",
                    args: { A: "b" },
                    platforms: ["linux/amd64", "linux/arm64"],
                }),
        );
        const build = inputs("Image", "web-build");
        expect(build).to.deep.include({
            target: "run",
            buildArgs: { A: "b" },
            platforms: ["linux/amd64", "linux/arm64"],
            exports: [{ image: { names: [name], push: true, pushByDigest: true } }],
            push: false,
        });
        expect(build).to.not.have.property("tags");
        expect((build.dockerfile as { location: string }).location).to.match(/\/Dockerfile\.prod$/);
        expect(build.registries).to.deep.equal({
            secret: [
                {
                    address: `${region}-docker.pkg.dev`,
                    username: "oauth2accesstoken",
                    password: "token-of-a-person",
                },
            ],
        });
        // Scanning is the project's, as are the registry and its keys.
        expect(names("Service")).to.include.members([
            "stack-apis-api-artifactregistry",
            "stack-apis-api-containerscanning",
        ]);
    });

    it("is scanned where the project is offered that, and kept all the same where it is not", async () => {
        const asked: string[] = [];
        const ask =
            (status: number): Ask =>
            (_, method, path) => {
                asked.push(`${method} ${path}`);
                return status === 200 ? Promise.resolve({}) : Promise.reject(new Refusal(path, status, "no"));
            };
        const found = async (status: number) =>
            (await run({}, () => offered(ask(status), "p").catch((error: unknown) => error))).result;
        expect(await found(200)).to.equal("containerscanning.googleapis.com");
        expect(await found(404)).to.equal("artifactregistry.googleapis.com");
        expect(await found(403)).to.be.instanceOf(Refusal);
        expect(asked[0]).to.equal("GET projects/p/services/containerscanning.googleapis.com");
    });

    it("stays when the stack is guarded", async () => {
        const { inputs } = await onGcp(() => new Image("web", { context: "." }), { "mvi:protect": "true" });
        expect(inputs("Repository", "web").deletionPolicy).to.equal("PREVENT");
    });

    it("is taken as it is when it was built elsewhere, with nothing made", async () => {
        const { all, result } = await onGcp(() => new Image("web", { reference }));
        expect(all).to.deep.equal([]);
        expect(await value(result.reference)).to.equal(reference);
        expect(await value(result.digest)).to.equal(`sha256:${"a".repeat(64)}`);
    });

    it("is refused with what to do where no container engine is, before anything is made", async () => {
        const saved = { ...process.env };
        delete process.env.DOCKER_HOST;
        delete process.env.BUILDX_BUILDER;
        process.env.PATH = "";
        try {
            const { all } = await onGcp(() =>
                expect(() => new Image("web", { context: "." })).to.throw(
                    pulumi.RunError,
                    /Image "web" cannot be made.*\n.*context: cannot be built here, since there is no container engine.*start Docker.*`reference`/,
                ),
            );
            expect(all).to.deep.equal([]);
        } finally {
            Object.assign(process.env, saved);
        }
    });
});
