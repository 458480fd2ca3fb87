import { expect } from "chai";
import { type ContainerInputs, type ContainerOutputs } from "../../agent/container/inputs";
import { type SecretInputs, secretKind, type SecretOutputs } from "../../agent/secret/secret";
import { Whole } from "../agent/whole";
import { until } from "../process/host";

/** Answers with what it was given. */
const script = `
    const fs = require("node:fs");
    const body = () => JSON.stringify({ token: process.env.TOKEN, file: fs.readFileSync(process.env.TOKEN_FILE, "utf8") });
    const server = require("node:http").createServer((_, response) => setTimeout(() => response.end(body()), 10));
    server.listen(process.env.PORT, process.env.HOST);
    process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

describe("a container that uses a secret", function () {
    this.timeout(60_000);
    let whole: Whole;
    beforeEach(() => (whole = new Whole()));
    afterEach(() => whole.end());

    const using = async (reference: string): Promise<ContainerInputs> =>
        whole.container("web", script, {
            env: { TOKEN_FILE: "/mvi/secrets/TOKEN_FILE" },
            secretEnv: { TOKEN: reference },
            secretFiles: { "/mvi/secrets/TOKEN_FILE": reference },
        });
    const referenceOf = ({ reference, version }: SecretOutputs): string => `${reference}@${version}`;

    it("is rolled over when the value changes", async () => {
        const first = await whole.apply<SecretOutputs>("Secret", "token", { name: "token", value: "one-1" });
        const inputs = await using(referenceOf(first));
        const { internalUrls } = await whole.apply<ContainerOutputs>("Container", "web", inputs);
        const ask = async (): Promise<unknown> => (await fetch(internalUrls.http)).json();
        expect(await ask()).to.deep.equal({ token: "one-1", file: "one-1" });
        const second = await whole.apply<SecretOutputs>(
            "Secret",
            "token",
            { name: "token", value: "two-2" },
            { previous: { name: "token", value: "one-1" } },
        );
        expect(referenceOf(second), "so the engine sees a change of the container").to.not.equal(referenceOf(first));
        const changed = {
            ...inputs,
            secretEnv: { TOKEN: referenceOf(second) },
            secretFiles: { "/mvi/secrets/TOKEN_FILE": referenceOf(second) },
        };
        await whole.apply("Container", "web", changed, { previous: inputs });
        expect(await ask()).to.deep.equal({ token: "two-2", file: "two-2" });
    });

    it("is rolled over by itself, without a failed request, when the value is rotated", async () => {
        let ahead = 0;
        const secrets = secretKind(whole.host, () => Date.now() + ahead);
        Object.assign(whole.kind("Secret"), secrets);
        const inputs: SecretInputs = {
            name: "token",
            generate: { length: 20 },
            rotateAfterDays: 30,
            forceDestroy: true,
        };
        const made = await whole.apply<SecretOutputs>("Secret", "token", inputs);
        const { internalUrls } = await whole.apply<ContainerOutputs>(
            "Container",
            "web",
            await using(referenceOf(made)),
        );
        const before = secrets.resolve("secret:token");
        const seen = new Set<string>();
        const failures: string[] = [];
        let on = true;
        const load = (async () => {
            while (on) {
                try {
                    const response = await fetch(internalUrls.http);
                    const { token, file } = (await response.json()) as { token: string; file: string };
                    seen.add(token === file ? token : `${token} ${file}`);
                } catch (error) {
                    failures.push(String(error));
                }
            }
        })();
        await until(() => seen.has(before));
        ahead = 31 * 86_400_000;
        await whole.apply("Secret", "token", inputs, { previous: inputs }); // as its timer does each hour
        const after = secrets.resolve("secret:token");
        expect(after).to.not.equal(before);
        await until(() => seen.has(after), 20_000);
        await until(async () => whole.host.endpoints.targets("Container/web/http").length === 1, 20_000);
        on = false;
        await load;
        expect(failures).to.deep.equal([]);
        expect([...seen].sort()).to.deep.equal([before, after].sort());
        expect(whole.reports.join("\n")).to.contain("a secret of it was rotated");
        expect(whole.reports.join("\n")).to.not.contain(after);
    });
});
