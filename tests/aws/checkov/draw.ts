import * as pulumi from "@pulumi/pulumi";
import type { Program } from "../../support/mocks";
import { type Drawn, hclName, hclType } from "./hcl";

/** What is computed and is no text. */
const notTexts = new Set(["masterUserSecrets", "port", "tagsAll"]);

/** Runs a program, and answers what it makes on AWS, with references in place of what AWS would compute. */
export async function draw(program: Program, body: () => unknown): Promise<Drawn[]> {
    const drawn: Drawn[] = [];
    // A service runs what it was told to run: who asks is content.
    const running = (token: string, { serviceName }: Record<string, unknown>) => {
        const service = drawn.find(
            ({ type, name }) =>
                type === "aws:ecs/service:Service" && serviceName === `\${aws_ecs_service.${hclName(name)}.name}`,
        );
        return token === "aws:ecs/getService:getService" ? { taskDefinition: service?.inputs.taskDefinition } : {};
    };
    await pulumi.runtime.setMocks(
        {
            newResource({ type, name, inputs, id, custom }) {
                const own = inputs as Record<string, unknown>;
                const hcl = hclType(type);
                const computed = program.outputs?.(type, name, own) ?? {};
                if (!custom || !hcl) return { id: id || name, state: { ...own, ...computed } };
                drawn.push({ type, name, inputs: plain(own) as Record<string, unknown> });
                const token = (output: string) =>
                    `\${${hcl}.${hclName(name)}.${output.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}}`;
                const tokens = outputsOf(type).filter((output) => !(output in own) && !notTexts.has(output));
                const known = Object.entries(computed).filter(
                    ([key, value]) => typeof value !== "string" || key === "hex" || key === "result",
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
                return { ...own, ...program.calls?.(token, own), ...running(token, own) };
            },
        },
        "project",
        "stack",
        false,
        "organization",
    );
    pulumi.runtime.setAllConfig(program.config ?? {});
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

/** The outputs of a class, as its own code names them. */
function outputsOf(token: string): string[] {
    const [, file, type] = token.split(":");

    const module = require(`@pulumi/aws/${file}`) as Record<string, unknown>;
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
