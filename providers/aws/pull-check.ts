import { argumentsOf } from "../../components/reference";
import { isPlain, type Place } from "../../components/shape";
import { besides } from "../workload-check";

/** A repository of Amazon ECR, as an image's reference names it. */
export const ecr = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)/;

/**
 * Refuses images that cannot be pulled: from a network without a way out, ECR's endpoints are reached and no other registry.
 * What is built is in ECR.
 */
export function checkPull(args: Readonly<Record<string, unknown>>, at: Place): void {
    // A container on machines is in their network.
    const network = argumentsOf(args.on, at)?.network ?? args.network;
    if (network === undefined || argumentsOf(network, at)?.egress !== "none") return;
    for (const [own, place] of besides(args, at)) {
        const reference = referenceOf(own, at);
        if (reference === undefined || ecr.test(reference)) continue;
        place
            .in("image")
            .fault(
                'cannot be pulled in a network whose `egress` is "none": on aws only Amazon ECR is reached from there',
                "build it, copy it to a repository of ECR, or choose another `egress`",
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
