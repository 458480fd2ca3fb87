import { expect } from "chai";
import { Database, Mistake } from "../../components";
import { run, value } from "../support/mocks";
import { outputs } from "./computed";

describe("a database on this machine", () => {
    it("is kept to a point in time where its server can, and refuses that elsewhere only if it was asked for", async () => {
        const { made } = await run({ config: { "mvi:cloud": "local" }, outputs }, () => {
            for (const engine of ["postgres", "mysql", "redis"] as const) new Database(engine, { engine });
            for (const args of [
                { backups: { pointInTime: true } },
                { restore: { from: "a", time: "2026-11-21T09:30:00Z" } },
            ])
                expect(() => new Database("refused", { engine: "mysql", ...args })).to.throw(
                    Mistake,
                    /(backups\.pointInTime|restore\.time): is not possible on this cloud with engine mysql \(its daily backups/,
                );
            new Database("off", { engine: "mysql", backups: { pointInTime: false } });
        });
        const children = made.filter(({ type }) => type.endsWith("mvi-local:index:Database"));
        expect(
            children.map(({ inputs }) => [inputs.name, (inputs.backup as { pointInTime: boolean }).pointInTime]),
        ).to.have.deep.members([
            ["postgres", true],
            ["mysql", false],
            ["redis", false],
            ["off", false],
        ]);
    });

    it("has the id that restore.from takes, which is not the name of its SQL database", async () => {
        const { made } = await run({ config: { "mvi:cloud": "local" }, outputs }, async () => {
            for (const engine of ["postgres", "redis"] as const) {
                const { id } = new Database(`my-${engine}`, { engine });
                new Database(`copy-${engine}`, { engine, restore: { from: await value(id) } });
            }
        });
        const child = (name: string) =>
            made.find(({ type, inputs }) => type.endsWith(":Database") && inputs.name === name);
        for (const engine of ["postgres", "redis"]) {
            expect(child(`copy-${engine}`)?.inputs.restore).to.deep.include({ from: child(`my-${engine}`)?.name });
        }
    });
});
