import * as pulumi from "@pulumi/pulumi";

/** The tags of what this program makes by itself: those that the library's components give theirs. */
export function tags(component: string): Record<string, string> {
    return { "mvi:app": pulumi.getProject(), "mvi:stack": pulumi.getStack(), "mvi:component": component };
}
