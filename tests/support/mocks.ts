import * as pulumi from "@pulumi/pulumi";

/** Registered is one resource that a program made. */
export interface Registered {
    readonly type: string;
    readonly name: string;
    readonly inputs: Record<string, unknown>;
    readonly custom: boolean;
}

export interface Program {
    /** Stack configuration, such as `{ "mvi:cloud": "local" }`. */
    readonly config?: Record<string, string>;
    /** Outputs of a resource, besides its inputs. */
    outputs?(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown>;
    /** Resolves when the resource is there. @default at once */
    creating?(type: string, name: string): Promise<void>;
    /** What a cloud answers to a question (`aws:index/getCallerIdentity:getCallerIdentity`), besides the question's own arguments. */
    calls?(token: string, inputs: Record<string, unknown>): Record<string, unknown>;
    /** What the body answers is the stack's outputs too, which the engine's own code waits for. @default false */
    readonly answersOutputs?: boolean;
    /** Runs as a preview: what is not given by the program is unknown. */
    readonly preview?: boolean;
}

/** Runs a program against a mocked engine, waits for all that it makes, and answers the resources in order of registration. */
export async function run<T>(program: Program, body: () => T | Promise<T>): Promise<{ made: Registered[]; result: T }> {
    const made: Registered[] = [];
    await pulumi.runtime.setMocks(
        {
            newResource({ type, name, inputs, id, custom }) {
                const own = inputs as Record<string, unknown>;
                const state = { id: id || name, state: { ...own, ...program.outputs?.(type, name, own) } };
                made.push({
                    type,
                    name,
                    inputs: plain(own) as Record<string, unknown>,

                    custom: custom ?? false,
                });
                // The SDK waits for what is answered; its type does not say so.
                if (program.creating && custom)
                    return program.creating(type, name).then(() => state) as unknown as typeof state;
                return state;
            },
            call: ({ token, inputs }) => {
                const own = inputs as Record<string, unknown>;
                return { ...own, ...program.calls?.(token, own) };
            },
        },
        "project",
        "stack",
        program.preview ?? false,
        "organization",
    );
    pulumi.runtime.setAllConfig(program.config ?? {});
    const failures: unknown[] = [];
    const caught = (error: unknown) => void failures.push(error);
    process.on("unhandledRejection", caught);
    try {
        let result!: T;
        try {
            await pulumi.runtime.runInPulumiStack(async () => {
                result = await body();
                return program.answersOutputs ? (result as pulumi.Inputs) : {};
            });
        } finally {
            // Waits for every registration, also of a program that failed: what is late would meet the next one's mocks.
            await pulumi.runtime.disconnect();
            await new Promise((resolve) => setImmediate(resolve)); // what was rejected meanwhile is told a turn later
        }
        if (failures.length) throw failures[0];
        return { made: made.filter(({ type }) => type !== "pulumi:pulumi:Stack"), result };
    } finally {
        process.off("unhandledRejection", caught);
    }
}

/** The known value of an output. */
export function value<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => void output.apply((known) => resolve(known)));
}

const secretKey = "4dabf18193072939515e22adb298388d";

/** Inputs with secrets as `{ secret: value }`, so that a test sees that they are. */
function plain(given: unknown): unknown {
    if (Array.isArray(given)) return given.map(plain);
    if (typeof given !== "object" || given === null) return given;
    if (secretKey in given) return { secret: plain((given as { value?: unknown }).value) };
    return Object.fromEntries(Object.entries(given).map(([key, member]) => [key, plain(member)]));
}
