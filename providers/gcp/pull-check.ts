import type { Place } from "../../components/shape";
import { checkPull as checkRegistry, type Registry } from "../pull-check";

const registry: Registry = {
    only: "on gcp only Artifact Registry",
    references: /^[a-z0-9-]+-docker\.pkg\.dev\//,
    copy: "a repository of Artifact Registry",
};

/** Refuses images of other registries on machines in a network without a way out. Cloud Run gets them by itself, wherever it runs. */
export function checkPull(args: Readonly<Record<string, unknown>>, at: Place): void {
    checkRegistry(args, at, registry);
}
