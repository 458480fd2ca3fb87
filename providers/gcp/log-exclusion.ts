import * as pulumi from "@pulumi/pulumi";
import * as logging from "@pulumi/gcp/logging";
import type { Site } from "../../components/site";
import { Gathered } from "../declared";
import { named } from "./names";
import { stackPart } from "./stack-part";

/** Characters of a sink's or an exclusion's filter. Source: docs.cloud.google.com/logging/quotas */
export const longestFilter = 20_000;

/** So many logs share an exclusion: a project has room for 50 of those. A log's filter is some 300 characters. */
export const logsInOne = 20;

/**
 * Keeps a log's lines out of the project's own, which would be a copy. A stack's logs share exclusions, in the order of their
 * declaration. Who knows the filter knows that the sink is there, so that a line is kept twice for a moment rather than nowhere:
 * an exclusion is changed after the sinks that take its lines are made, and before one is deleted.
 */
export function exclude(site: Site, filter: pulumi.Output<string>, sink: logging.ProjectSink): void {
    const taken = pulumi.all([filter, sink.id]).apply(([own]) => own);
    stackPart(site, "logs", (part) => {
        let count = 0;
        let last: Gathered<pulumi.Output<string>>;
        return (one: pulumi.Output<string>) => {
            if (count % logsInOne === 0) last = makeExclusion(part, `${count / logsInOne + 1}`);
            count++;
            last.add(one);
        };
    })(taken);
}

function makeExclusion(part: Site, instance: string): Gathered<pulumi.Output<string>> {
    const filters = new Gathered<pulumi.Output<string>>();
    part.make(
        "exclusion",
        logging.ProjectExclusion,
        {
            ...named(part, "exclusion", 100, instance),
            description: `Kept in logs of ${pulumi.getProject()}/${pulumi.getStack()}`,
            filter: pulumi.output(filters.all).apply((all) => anyOf(all, `the stack's exclusion ${instance}`)),
        },
        { instance },
    );
    return filters;
}

/**
 * Lines that any of the filters is for.
 *
 * @throws when it is longer than Google takes, with what to do
 */
export function anyOf(filters: readonly string[], name: string): string {
    const whole = filters.map((one) => `(${one})`).join(" OR ");
    if (whole.length <= longestFilter) return whole;
    throw new pulumi.RunError(
        `The filter of ${name} has ${whole.length} characters, and Cloud Logging takes ${longestFilter}: ` +
            "too many containers and jobs write into one Log; leave out their `log`, or give them others",
    );
}
