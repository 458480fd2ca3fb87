/** Whether a resource of this type takes tags, by its class. */
export function takesTags(type: string): boolean {
    const [pack, module, name] = [type.split(":")[0], type.split(":")[1].split("/")[0], type.split(":")[2]];
    if (pack !== "aws") return false;
    const classes = require(`@pulumi/aws/${module}`) as Record<string, unknown>;
    return String(classes[name]).includes('resourceInputs["tags"]');
}

/** Whether tags say the app, the stack and the component. Those of a group of machines are a list. */
export function hasTags(tags: unknown): boolean {
    const given = Array.isArray(tags)
        ? Object.fromEntries((tags as { key: string; value: string }[]).map(({ key, value }) => [key, value]))
        : ((tags ?? {}) as Record<string, string>);
    const { "mvi:app": app, "mvi:stack": stack, "mvi:component": component } = given;
    return app === "project" && stack === "stack" && Boolean(component);
}
