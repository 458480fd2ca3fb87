// What a program asks Google's APIs waits until they are on, and until Google has heard of that everywhere.
import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { Container, Database, Log, LoadBalancer, Network, VM } from "../../components";
import { untilSpread } from "../../providers/gcp/question";
import { run } from "../support/mocks";
import { lens, project, region } from "./lens";

const disabled = "Error 403: Compute Engine API has not been used in project 1 before or it is disabled.";

/** The API of each question. */
const needs: Readonly<Record<string, string>> = {
    getManagedZones: "dns",
    getNetwork: "compute",
    getProjectServiceAccount: "storage",
    getProjectSettings: "logging",
    getSubnetworks: "compute",
    getZones: "compute",
};

describe("A question to one of Google's APIs", () => {
    it("is asked when the API is on, however long that takes", async () => {
        const seen: string[] = [];
        const image = `x@sha256:${"0".repeat(64)}`;
        const subnets = ["runs", "rows"].map((name, index) => ({
            name,
            selfLink: `https://compute/projects/${project}/regions/${region}/subnetworks/${name}`,
            ipCidrRange: `10.0.${16 * index}.0/20`,
            description: index ? "mvi:tier=data" : "",
            network: "https://compute/projects/p/global/networks/theirs",
        }));
        await run(
            {
                config: { "mvi:cloud": "gcp" },
                outputs: lens.outputs,
                creating: async (type, name) => {
                    if (type !== "gcp:projects/service:Service") return;
                    await new Promise((done) => setTimeout(done, 50));
                    seen.push(`on ${name}`);
                },
                calls: (token, inputs) => {
                    seen.push(token.split(":").pop()!);
                    return token.includes("getSubnetworks")
                        ? { subnetworks: subnets }
                        : { ...lens.calls(token), ...inputs };
                },
            },
            () => {
                const log = new Log("lines");
                const web = new Container("web", { image, port: 80, log });
                new LoadBalancer("front", { routes: [{ to: web }], domain: "shop.example.com" });
                new Database("db", { engine: "postgres" });
                new VM("box", { network: new Network("adopted", { existing: "theirs" }) });
            },
        );
        for (const [question, api] of Object.entries(needs)) {
            const asked = seen.indexOf(question);
            expect(asked, `${question} is asked`).to.be.at.least(0);
            expect(seen.indexOf(`on stack-apis-api-${api}`), `${api} before ${question}`).to.be.within(0, asked - 1);
        }
        expect(Object.keys(needs)).to.include.members(
            seen.filter((one) => one.startsWith("get") && one !== "getClientConfig"),
        );
    });

    it("is asked again while Google spreads the word that it is on, in a deployment", async () => {
        const answers = (count: number) => () =>
            count-- > 0 ? Promise.reject(new Error(disabled)) : Promise.resolve("zones");
        await run({}, async () => expect(await untilSpread(answers(20), 0)).to.equal("zones"));
        const caught = (error: Error) => error.message;
        await run({}, async () => expect(await untilSpread(answers(99), 0).catch(caught)).to.equal(disabled));
        await run({}, async () => {
            const other = () => Promise.reject(new Error("Error 403: The caller does not have permission"));
            expect(await untilSpread(other, 0).catch(caught)).to.include("does not have permission");
        });
        await run({ preview: true }, async () =>
            expect(await untilSpread(answers(1), 0).catch(caught)).to.equal(disabled),
        );
    });

    it("is asked in no other way", () => {
        const folder = path.join(__dirname, "../../providers/gcp");
        const around = fs.readdirSync(folder).flatMap((file) => {
            const text = fs.readFileSync(path.join(folder, file), "utf8");
            // Who deploys, and where, the provider knows by itself.
            return [...text.matchAll(/\bget\w+(?:Output)?(?=\()|\binvoke\b/g)]
                .map(([found]) => found)
                .filter((found) => Object.hasOwn(needs, found) || /Output$|^invoke$/.test(found))
                .map((found) => `${file}: ${found}`);
        });
        expect(around).to.deep.equal(["project.ts: getClientConfigOutput"]);
    });
});
