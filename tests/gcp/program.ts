import { type Program, type Registered, run } from "../support/mocks";
import { lens } from "./lens";

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
    const all = made.filter(({ custom }) => custom);
    const names = all.map(({ type, name }) => `${type} ${name}`);
    const twice = names.filter((each, index) => names.indexOf(each) !== index);
    if (twice.length) throw new Error(`the engine refuses what is made twice: ${twice.join(", ")}`);
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
