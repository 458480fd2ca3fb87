import { expect } from "chai";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../../agent/database/installed";
import { missingServer } from "../../agent/database/missing";

describe("Database: a server that this machine lacks", () => {
    const path = process.env.PATH;
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "mvi-path-"));
        process.env.PATH = folder;
    });
    afterEach(() => {
        process.env.PATH = path;
        rmSync(folder, { recursive: true });
    });
    const install = (name: string, says: string) => {
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, name), `#!/bin/sh\necho '${says}'\n`);
        chmodSync(join(folder, name), 0o755);
    };

    for (const [engine, programs, title, apt] of [
        ["mysql", ["mariadbd", "mysqld"], "MySQL or MariaDB", "mariadb-server"],
        ["redis", ["redis-server", "valkey-server"], "Redis or Valkey", "redis-server"],
    ] as const)
        it(`${engine}: is said with the command that installs it, and is none when one is there`, function () {
            if (findProgram(programs) === undefined) {
                const missing = missingServer(engine, "8", ["8"]);
                expect(missing?.argument).to.equal("engine");
                expect(missing?.fault).to.contain(`no ${title} is installed on this machine`);
                if (process.platform === "linux") expect(missing?.todo).to.contain(`apt-get install ${apt}`);
            }
            install(programs[0], "v=8.0.1");
            expect(missingServer(engine, "8", ["8"])).to.equal(undefined);
        });

    it("redis: one that knows no accounts is none", () => {
        install("redis-server", "Redis server v=5.0.14 sha=0");
        expect(missingServer("redis", "8", ["8"])?.fault).to.contain("this machine has Redis 5");
    });

    it("postgres: is that of npm, or the very version that is installed", () => {
        expect(missingServer("postgres", "18", ["18", "17"])).to.equal(undefined);
        const missing = missingServer("postgres", "97", ["18", "17"]);
        expect(missing?.argument).to.equal("version");
        expect(missing?.fault).to.match(/^is not on this machine, which has PostgreSQL 18/);
        expect(missing?.todo).to.match(/^choose 18, or install it: .*postgresql[-@]97$/);
        install("postgres", "postgres (PostgreSQL) 97.2");
        install("initdb", "");
        expect(missingServer("postgres", "97", ["18", "17"])).to.equal(undefined);
        expect(missingServer("postgres", "96", ["18", "17"])?.fault).to.match(/has PostgreSQL 18, .*97$/);
    });
});
