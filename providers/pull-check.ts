import { argumentsOf } from "../components/reference";
import type { Place } from "../components/shape";
import { besides, imageOf } from "./workload-check";

/** Registry is what alone is reached from a network without a way out. */
export interface Registry {
    /** `on aws only Amazon ECR` */
    readonly only: string;
    /** What the references of its images match. */
    readonly references: RegExp;
    /** Where an image can be copied to. */
    readonly copy: string;
}

/** Refuses images that cannot be pulled: from a network without a way out, no registry but the cloud's own is reached. What is built is there. */
export function checkPull(
    args: Readonly<Record<string, unknown>>,
    at: Place,
    { only, references, copy }: Registry,
): void {
    // A container on machines is in their network.
    const network = argumentsOf(args.on, at)?.network ?? args.network;
    if (network === undefined || argumentsOf(network, at)?.egress !== "none") return;
    for (const [own, place] of besides(args, at)) {
        const { reference } = imageOf(own, at);
        // What is built is there, and of what else is known only later, nothing can be said.
        if (typeof reference !== "string" || !reference.includes("@sha256:") || references.test(reference)) continue;
        place
            .in("image")
            .fault(
                `cannot be pulled in a network whose \`egress\` is "none": ${only} is reached from there`,
                `build it, copy it to ${copy}, or choose another \`egress\``,
                reference,
            );
    }
}
