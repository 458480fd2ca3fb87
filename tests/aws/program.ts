import { lookups } from "../support/made";
import { type Program, run } from "../support/mocks";
import { record, type Recorded } from "../support/record";
import { lens } from "./lens";

export { last } from "../support/made";

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
    return { ...lookups(made), result };
}

/** The same, as the engine gets it: with what each of them waits for, and its options. */
export async function recorded(
    body: () => unknown,
    settings: Readonly<Record<string, string>> = {},
): Promise<readonly Recorded[]> {
    const { result } = await onAws(() => {
        const recording = record();
        body();
        return recording;
    }, settings);
    return result.resources;
}

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
