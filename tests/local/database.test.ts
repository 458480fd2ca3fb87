import { expect } from "chai";
import { Database } from "../../components";
import { run, value } from "../support/mocks";
import { outputs } from "./computed";

describe("a database on this machine", () => {
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
