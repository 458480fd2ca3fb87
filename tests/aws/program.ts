import { type Program, type Registered, run } from "../support/mocks";
import { lens } from "./lens";

// No container engine is needed to see what would be built.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";

const answer: NonNullable<Program["calls"]> = lens.calls;

/** What a program makes on AWS, by type (`s3/bucket:Bucket`) and name. */
export async function onAws<T>(
    body: () => T | Promise<T>,
    settings: Readonly<Record<string, string>> = {},
    calls: (token: string, inputs: Record<string, unknown>) => Record<string, unknown> = () => ({}),
) {
    const { made, result } = await run(
        {
            config: { "mvi:cloud": "aws", ...settings },
            outputs: lens.outputs,
            calls: (token, inputs) => ({ ...answer(token, inputs), ...calls(token.split(":")[2], inputs) }),
        },
        body,
    );
    const all = made.filter(({ custom }) => custom);
    return {
        all,
        result,
        /** The inputs of the only one of its type and name. */
        inputs(type: string, name: string): Record<string, unknown> {
            const found = all.filter((one) => last(one) === type && one.name === name);
            if (found.length !== 1)
                throw new Error(
                    `${found.length} ${type} ${name}; there are ${all.map((one) => `${last(one)} ${one.name}`).join(", ")}`,
                );
            return found[0].inputs;
        },
        names: (type: string) => all.filter((one) => last(one) === type).map(({ name }) => name),
    };
}

export const last = ({ type }: Pick<Registered, "type">) => type.split(":")[2];

/** The statements of a policy among a resource's inputs. */
export function statements(policy: unknown): Statement[] {
    return (JSON.parse(policy as string) as { Statement: Statement[] }).Statement;
}
export interface Statement {
    readonly Sid?: string;
    readonly Effect: string;
    readonly Action: string | string[];
    readonly Resource?: string | string[];
    readonly Principal?: unknown;
    readonly Condition?: unknown;
}
