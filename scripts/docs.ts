/** Writes the documents that are made from the source, and the support table of the README: `npm run docs`. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as prettier from "prettier";
import { awsBill } from "./docs/aws/bill";
import { billOf } from "./docs/bill";
import { gcpBill } from "./docs/gcp/bill";
import { parity } from "./docs/parity";
import { reference } from "./docs/reference";
import { support } from "./docs/support";

const root = path.join(__dirname, "..");
const start = "<!-- support: made by `npm run docs`; a test checks that it is current -->";
const end = "<!-- /support -->";

/** What each file should hold now. */
export async function documents(): Promise<Map<string, string>> {
    const readme = fs.readFileSync(path.join(root, "README.md"), "utf8");
    const [before, rest] = readme.split(start);
    const after = rest.split(end)[1];
    const config = await prettier.resolveConfig(path.join(root, "README.md"));
    const markdown = (text: string) => prettier.format(text, { ...config, parser: "markdown" });
    return new Map([
        ["README.md", await markdown(`${before}${start}\n\n${support()}\n\n${end}${after}`)],
        ["docs/components.md", await markdown(reference(path.join(root, "components")))],
        ["docs/aws.md", await markdown(await billOf(awsBill))],
        ["docs/gcp.md", await markdown(await billOf(gcpBill))],
        ["docs/parity.md", await markdown(await parity())],
    ]);
}

/** The files which are not as they should be. */
export async function stale(): Promise<string[]> {
    const read = (file: string) =>
        fs.existsSync(path.join(root, file)) ? fs.readFileSync(path.join(root, file), "utf8") : undefined;
    return [...(await documents())].filter(([file, text]) => read(file) !== text).map(([file]) => file);
}

async function main(): Promise<void> {
    for (const [file, text] of await documents()) fs.writeFileSync(path.join(root, file), text);
}

if (require.main === module) void main();
