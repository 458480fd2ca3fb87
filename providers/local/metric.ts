import * as pulumi from "@pulumi/pulumi";
import { type DriverOf, stackScope } from "../../components/cloud";
import type { Site } from "../../components/site";
import { metricGrant } from "../metric-grant";
import { type LocalGauge, permit } from "./grants";
import { Alarm, Mail, Metric } from "./kinds";

/** A series of the agent's metric store, and its alarms. An app writes it over OTLP: to where, is in the environment of what is linked. */
export const metric: DriverOf<"metric"> = (site, spec) => {
    const { unit, kind, dimensions, of, alarms, dashboard } = spec;
    const watched = of?.native as LocalGauge | undefined;
    // What a component shows by itself is there already: it is made only for its place on the dashboard, and its alarms.
    const made =
        watched && dashboard === undefined
            ? undefined
            : site.make(
                  "metric",
                  Metric,
                  { name: site.name, unit, kind, dimensions, dashboard, of: watched },
                  { main: true },
              );
    const name = pulumi.output(watched?.metric ?? made!.name);
    const mail = Object.keys(alarms).length > 0 ? mailOf(site) : undefined;
    for (const [alarm, { above, below, statistic, period, periods, missing, email }] of Object.entries(alarms)) {
        site.make(
            "alarm",
            Alarm,
            {
                name: `${site.name}-${alarm}`,
                metric: name,
                dimensions: watched?.dimensions ?? {},
                statistic: statistic === "average" ? "avg" : statistic,
                comparison: above === undefined ? "<" : ">",
                threshold: (above ?? below)!,
                periodSeconds: period,
                periods,
                missing,
                to: email,
                description: dashboard ?? (of ? `${of.name} of ${of.of.shortName}` : site.name),
            },
            { instance: alarm, ...(mail && { dependsOn: mail }) },
        );
    }
    return {
        id: name,
        grant: metricGrant("otlp", name, spec, (access) => ({ permits: [permit("Metric", name, access)] })),
    };
};

const mails = new WeakMap<object, Mail>();
type Mail = InstanceType<typeof Mail>;

/** The stack's way out for mail, made for its first alarm; without a relay there is none, and mail stays on this machine. */
function mailOf({ settings: { mail } }: Site): Mail | undefined {
    if (!mail) return undefined;
    const scope = stackScope();
    const made = mails.get(scope) ?? new Mail("stack-mail", { relay: mail.relay, from: mail.from });
    mails.set(scope, made);
    return made;
}
