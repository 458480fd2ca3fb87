import { expect } from "chai";
import { execFileSync } from "node:child_process";
import * as path from "node:path";

const root = path.resolve(__dirname, "../..");
const opened = {
    aws: ["s3://uploads?region=eu-central-1", "dynamodb://visits?region=eu-central-1&partition_key=id"],
    gcp: ["gs://uploads", "firestore://visits?project=shop-prod&collection=visits&partition_key=id"],
};
const packages = {
    aws: /node_modules\/@(aws-sdk|smithy)\//,
    gcp: /node_modules\/(@google-cloud|google-auth-library)\//,
};

describe("what the library loads", () => {
    for (const [cloud, [blob, kv]] of Object.entries(opened))
        it(`of the vendors' SDKs is that of ${cloud} alone, where a blob and a table are there`, () => {
            const program = `
                const { openBlob, openKV } = require("pulumi-mvi/runtime");
                const before = Object.keys(require.cache);
                Promise.all([openBlob(${JSON.stringify(blob)}), openKV(${JSON.stringify(kv)})]).then(() => {
                    console.log(JSON.stringify({ before, after: Object.keys(require.cache) }));
                    process.exit();
                });`;
            const said = execFileSync(process.execPath, ["-e", program], { cwd: root, encoding: "utf8" });
            const { before, after } = JSON.parse(said) as { before: string[]; after: string[] };
            const of = (files: string[]) =>
                Object.entries(packages).flatMap(([name, its]) => (files.some((file) => its.test(file)) ? [name] : []));
            expect(of(before), "before anything is opened").to.deep.equal([]);
            expect(of(after)).to.deep.equal([cloud]);
        });
});
