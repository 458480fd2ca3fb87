import * as pulumi from "@pulumi/pulumi";
import type { Site } from "../../components/site";
import { api } from "./apis";
import { spreads } from "./propagation";

/** A question of the provider's that an API of Google's answers: `getZones`. */
type Question<Args, Answer> = (args: Args, options: pulumi.InvokeOptions) => Promise<Answer>;

/**
 * Asks when the API is on, which the first deployment in a project turns on itself; until then, in a preview, the answer is not
 * known. The engine tries resources again while Google spreads the word of that, but no questions: it is done here.
 *
 * @param needs - the API, by the first part of its host name
 */
export function answerOf<Args extends object, Answer>(
    site: Pick<Site, "component">,
    needs: string,
    question: Question<Args, Answer>,
    args: { readonly [Key in keyof Args]: pulumi.Input<Args[Key]> },
): pulumi.Output<Answer> {
    const provider = site.component.getProvider(`gcp:${needs}:question`);
    return pulumi
        .all([api(site, needs).id, pulumi.output(args)])
        .apply(([, known]) => untilSpread(() => question(known as Args, { provider })));
}

/** Asks again while the answer is that Google is still spreading the word; a preview takes the first answer. */
export async function untilSpread<T>(ask: () => Promise<T>, unit = 1000): Promise<T> {
    const refusals: string[] = []; // the newest first
    for (;;) {
        try {
            return await ask();
        } catch (error) {
            refusals.unshift(error instanceof Error ? error.message : String(error));
            if (!(await spreads(refusals, unit))) throw error;
        }
    }
}
