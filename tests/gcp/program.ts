import { lookups } from "../support/made";
import { type Program, run } from "../support/mocks";
import { record, type Recorded } from "../support/record";
import { lens } from "./lens";

export { last } from "../support/made";

// No container engine is needed to see what would be built.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";

/** What a program makes on GCP, by type (`storage/bucket:Bucket`) and name. */
export async function onGcp<T>(
    body: () => T,
    settings: Readonly<Record<string, string>> = {},
    more: Pick<Program, "calls" | "preview"> = {},
) {
    const { made, result } = await run(
        {
            config: { "mvi:cloud": "gcp", ...settings },
            preview: more.preview,
            outputs: lens.outputs,
            calls: (token, inputs) => ({ ...lens.calls(token), ...more.calls?.(token, inputs) }),
        },
        body,
    );
    const known = lookups(made);
    const names = known.all.map(({ type, name }) => `${type} ${name}`);
    const twice = names.filter((each, index) => names.indexOf(each) !== index);
    if (twice.length) throw new Error(`the engine refuses what is made twice: ${twice.join(", ")}`);
    return { ...known, result };
}

/** The same, as the engine gets it: with what each of them waits for. */
export async function recorded(
    body: () => unknown,
    settings: Readonly<Record<string, string>> = {},
    more: Pick<Program, "calls"> = {},
): Promise<readonly Recorded[]> {
    const { result } = await onGcp(
        () => {
            const recording = record();
            body();
            return recording;
        },
        settings,
        more,
    );
    return result.resources;
}
