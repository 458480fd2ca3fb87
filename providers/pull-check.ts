import { argumentsOf } from "../components/reference";
import { isPlain, type Place } from "../components/shape";
import { besides } from "./workload-check";

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
        const reference = referenceOf(own, at);
        if (reference === undefined || references.test(reference)) continue;
        place
            .in("image")
            .fault(
                `cannot be pulled in a network whose \`egress\` is "none": ${only} is reached from there`,
                `build it, copy it to ${copy}, or choose another \`egress\``,
                reference,
            );
    }
}

/** The reference of an image that was built elsewhere, as far as it is known. */
function referenceOf(args: Readonly<Record<string, unknown>>, at: Place): string | undefined {
    const container = args.container === undefined ? undefined : argumentsOf(args.container, at);
    if (container) return referenceOf(container, at);
    if (isPlain(args.build)) return undefined;
    const found = argumentsOf(args.image, at)?.reference ?? args.image;
    return typeof found === "string" && found.includes("@sha256:") ? found : undefined;
}
