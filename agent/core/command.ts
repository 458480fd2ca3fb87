/** The command that runs a module of ours as a program, from sources or as built. */
export function commandOf(module: string): string[] {
    const fromSources = __filename.endsWith(".ts");
    const loader = fromSources ? ["--require", require.resolve("tsx/cjs")] : [];
    return [process.execPath, ...loader, `${module}${fromSources ? ".ts" : ".js"}`];
}
