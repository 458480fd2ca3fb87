/** Takes note of these variables, and answers what puts them back. Others are left alone: another file's tests may need them. */
export function keepEnvironment(...names: readonly string[]): () => void {
    const kept = names.map((name) => [name, process.env[name]] as const);
    return () => {
        for (const [name, value] of kept)
            if (value === undefined) delete process.env[name];
            else process.env[name] = value;
    };
}
