import * as pulumi from "@pulumi/pulumi";
import type { Site } from "../../components/site";

/**
 * The tags of every child: which app it is of, which stack, and which component. Costs are split by them, and what is
 * found in the console is traced to the program. They are given child by child, since a provider's default tags reach
 * neither disks nor machines of a group.
 */
export function tags(site: Pick<Site, "name">, more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
        "mvi:app": pulumi.getProject(),
        "mvi:stack": pulumi.getStack(),
        "mvi:component": site.name,
        ...more,
    };
}
