import * as pulumi from "@pulumi/pulumi";
import { type Drawn, hclName, hclType } from "./hcl";
import type { Scanned } from "./scanned";

/** Runs a program, and answers what it makes on a cloud, with references in place of what the cloud would compute. */
export async function draw(
    scanned: Scanned,
    config: Readonly<Record<string, string>>,
    body: () => unknown,
): Promise<Drawn[]> {
    const drawn: Drawn[] = [];
    const components: string[] = [];
    await pulumi.runtime.setMocks(
        {
            newResource({ type, name, inputs, id, custom }) {
                const own = inputs as Record<string, unknown>;
                const hcl = hclType(scanned, type);
                const computed = scanned.lens.outputs?.(type, name, own) ?? {};
                if (!custom && type !== "pulumi:pulumi:Stack") components.push(`${type} ${name}`);
                if (!custom || !hcl) return { id: id || name, state: { ...own, ...computed } };
                drawn.push({
                    type,
                    name,
                    inputs: plain(own) as Record<string, unknown>,
                    component: home(components, name),
                });
                const token = (output: string) =>
                    `\${${hcl}.${hclName(name)}.${output.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}}`;
                const tokens = outputsOf(type).filter((output) => !(output in own) && !scanned.notTexts.has(output));
                const known = Object.entries(computed).filter(
                    ([key, value]) => typeof value !== "string" || scanned.known.has(key),
                );
                return {
                    id: token("id"),
                    state: {
                        ...own,
                        ...Object.fromEntries(tokens.map((output) => [output, token(output)])),
                        ...Object.fromEntries(known),
                    },
                };
            },
            call: ({ token, inputs }) => {
                const own = inputs as Record<string, unknown>;
                return { ...own, ...scanned.lens.calls?.(token, own), ...scanned.answers?.(token, own, drawn) };
            },
        },
        "project",
        "stack",
        false,
        "organization",
    );
    pulumi.runtime.setAllConfig({ ...config });
    const failures: unknown[] = [];
    const caught = (error: unknown) => void failures.push(error);
    process.on("unhandledRejection", caught);
    try {
        await pulumi.runtime.runInPulumiStack(async () => {
            await body();
            return {};
        });
        await pulumi.runtime.disconnect();
        if (failures.length) throw failures[0];
        return drawn;
    } finally {
        process.off("unhandledRejection", caught);
    }
}

/** The component that a resource is of: its name begins with that one's, and is nearest to it. */
function home(components: readonly string[], name: string): string {
    const own = components
        .filter((component) => `${name}-`.startsWith(`${component.split(" ")[1]}-`))
        .sort((one, two) => two.split(" ")[1].length - one.split(" ")[1].length);
    return own[0] ?? "";
}

/** The outputs of a class, as its own code names them. */
function outputsOf(token: string): string[] {
    const [cloud, file, type] = token.split(":");
    const module = require(`@pulumi/${cloud}/${file.split("/")[0]}`) as Record<string, unknown>;
    return [...String(module[type]).matchAll(/resourceInputs\["(\w+)"\]/g)].map(([, output]) => output);
}

const mark = "4dabf18193072939515e22adb298388d";
const secret = "1b47061264138c4ac30d75fd1eb44270";

/** Secrets and assets as what they stand for. */
function plain(given: unknown): unknown {
    if (Array.isArray(given)) return given.map(plain);
    if (typeof given !== "object" || given === null) return given;
    const sign = (given as Record<string, unknown>)[mark];
    if (sign === secret) return plain((given as { value?: unknown }).value);
    if (sign !== undefined) return "archive.zip";
    return Object.fromEntries(Object.entries(given).map(([key, member]) => [key, plain(member)]));
}
