import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { guestbook } from "../../stacks/guestbook";
import { value } from "../support/mocks";
import { onGcp } from "./program";

describe("The guestbook on GCP", () => {
    for (const [profile, preview] of [
        ["dev", false],
        ["prod", false],
        ["prod", true],
    ] as const)
        it(`is planned with profile ${profile}${preview ? ", in a preview too" : ""}`, async () => {
            const { names, inputs, result } = await onGcp(guestbook, { "mvi:profile": profile }, { preview });
            expect(names("DatabaseInstance")).to.deep.equal(["guestbook-db"]);
            expect(names("Service")).to.include("guestbook-web");
            expect(names("Job")).to.include.members(["guestbook-nightly", "guestbook-db-userMade-app"]);
            expect(inputs("DatabaseInstance", "guestbook-db").deletionProtection).to.equal(profile !== "dev");
            if (!preview) expect(await value(pulumi.output(result.url))).to.match(/^https:/);
            expect(await pulumi.isSecret(result.url), "it is shown").to.equal(false);
        });
});
