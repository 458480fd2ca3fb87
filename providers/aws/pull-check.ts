import type { Place } from "../../components/shape";
import { checkPull as checkRegistry } from "../pull-check";

/** A repository of Amazon ECR, as an image's reference names it. */
export const ecr = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)/;

/** Refuses images of other registries than ECR in a network without a way out: its endpoints alone are reached from there. */
export function checkPull(args: Readonly<Record<string, unknown>>, at: Place): void {
    checkRegistry(args, at, { only: "on aws only Amazon ECR", references: ecr, copy: "a repository of ECR" });
}
