import * as pulumi from "@pulumi/pulumi";
import type { Site } from "../../components/site";

/**
 * The labels of every child that can have some: which app it is of, which stack, and which component. Costs are split by
 * them, and what is found in the console is traced to the program.
 */
export function labels(site: Pick<Site, "name">, more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
        "mvi-app": labelValue(pulumi.getProject()),
        "mvi-stack": labelValue(pulumi.getStack()),
        "mvi-component": labelValue(site.name),
        ...more,
    };
}

/** A text as GCP takes it for a label: at most 63 of small letters, digits, `-` and `_`. */
export function labelValue(text: string): string {
    return text
        .toLowerCase()
        .replace(/[^a-z0-9_-]/g, "_")
        .slice(0, 63);
}
