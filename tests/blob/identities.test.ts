import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openIdentities } from "../../agent/identity/identities";
import { allows } from "../../agent/identity/permits";
import { type Vault } from "../../agent/kind";

const vault: Vault = {
    seal: (plain) => `sealed:${Buffer.from(plain).toString("base64")}`,
    open(sealed) {
        if (!sealed.startsWith("sealed:")) throw new Error("it was changed");
        return Buffer.from(sealed.slice(7), "base64").toString();
    },
};

describe("Identities", () => {
    let folder: string;
    let file: string;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "mvi-identities-"));
        file = join(folder, "identities");
    });

    afterEach(() => rmSync(folder, { recursive: true }));

    it("keeps an owner's credentials, and changes its permits", () => {
        const read = [{ kind: "Bucket", id: "uploads", access: ["read"] }];
        const first = openIdentities(file, vault).issue("Container/web", read);
        expect(first.accessKeyId).to.match(/^[A-Z0-9]{20}$/);
        expect(first.secretAccessKey).to.match(/^[\w-]{40}$/);

        const again = openIdentities(file, vault);
        expect(again.find(first.accessKeyId)).to.deep.equal(first);
        const changed = again.issue("Container/web", []);
        expect(changed).to.deep.equal({ ...first, permits: [] });
        expect(openIdentities(file, vault).find(first.accessKeyId)).to.deep.equal(changed);
    });

    it("gives each owner its own, and takes them back", () => {
        const identities = openIdentities(file, vault);
        const web = identities.issue("Container/web", []);
        const job = identities.issue("Container/job", []);
        expect(job.accessKeyId).not.to.equal(web.accessKeyId);
        expect(job.secretAccessKey).not.to.equal(web.secretAccessKey);
        identities.revoke("Container/web");
        identities.revoke("Container/web");
        for (const it of [identities, openIdentities(file, vault)]) {
            expect(it.find(web.accessKeyId)).to.equal(undefined);
            expect(it.find(job.accessKeyId)).to.deep.equal(job);
        }
        expect(identities.issue("Container/web", []).accessKeyId).not.to.equal(web.accessKeyId);
    });

    it("keeps them sealed, for the owner of the file only, and does not begin anew with a file it cannot open", () => {
        const web = openIdentities(file, vault).issue("Container/web", []);
        expect(readFileSync(file, "utf8")).not.to.contain(web.secretAccessKey);
        expect(statSync(file).mode & 0o777).to.equal(0o600);
        writeFileSync(file, "garbage");
        expect(() => openIdentities(file, vault)).to.throw("it was changed");
    });
});

describe("allows", () => {
    const identity = {
        permits: [
            { kind: "Bucket", id: "in", access: ["write"] },
            { kind: "Bucket", id: "out", access: ["read"] },
            { kind: "Key", id: "in", access: ["sign"] },
        ],
    };

    it("permits what a permit says, and reading with writing", () => {
        expect(allows(identity, "Bucket", "in", "write")).to.equal(true);
        expect(allows(identity, "Bucket", "in", "read")).to.equal(true);
        expect(allows(identity, "Bucket", "out", "read")).to.equal(true);
        expect(allows(identity, "Key", "in", "sign")).to.equal(true);
    });

    it("permits nothing else", () => {
        expect(allows(identity, "Bucket", "out", "write")).to.equal(false);
        expect(allows(identity, "Bucket", "other", "read")).to.equal(false);
        expect(allows(identity, "Key", "in", "read")).to.equal(false);
        expect(allows(identity, "Bucket", "in", "manage")).to.equal(false);
        expect(allows({ permits: [] }, "Bucket", "in", "read")).to.equal(false);
    });
});
