import * as pulumi from "@pulumi/pulumi";
import * as scheduler from "@pulumi/aws/scheduler";
import type { Site } from "../../components/site";
import { encryptionKey } from "./encryption";
import { codeOf, makeFunction } from "./function";
import type { AwsGauge } from "./gauges";
import { shortName } from "./names";
import { role } from "./role";
import { jsonOf } from "../together";

/** UptimeArgs says what is asked for. */
export interface UptimeArgs {
    readonly url: pulumi.Output<string>;
    /** A path that answers below 400 when all is well. @default `/`, where any answer below 500 will do */
    readonly path?: string;
    /** What must be there before it can be reached. */
    readonly after: readonly pulumi.Resource[];
}

/**
 * Asks for a public address once a minute, all the way that a visitor goes: DNS, TLS, CloudFront, load balancer, app. It
 * costs about 0.07 US dollars a month, and tells by the stack's own alarms. Route 53's health checks come from all over
 * the world, but have their metric in us-east-1 only: a second topic there, a second key for it and a second mail to
 * confirm, for about 3 dollars, and more than a million requests a month.
 *
 * @returns the gauge: 1 while it is reached, else 0; nothing at all when nobody asks
 */
export function uptime(site: Site, { url, path, after }: UptimeArgs): AwsGauge {
    const encryption = encryptionKey(site, undefined);
    const { arn: key } = encryption;
    const name = shortName(`${site.name}-uptime`, 64);
    const { made: ask } = makeFunction(site, "uptime", {
        description: `Asks whether ${site.name} is reached from the internet`,
        code: codeOf("uptime/ask"),
        key,
        memory: 128,
        timeout: 30,
        quiet: true,
    });
    const { role: starter, policies } = role(site, "uptimeScheduleRole", {
        service: "scheduler.amazonaws.com",
        description: `Asks whether ${site.name} is reached, once a minute`,
        may: [{ actions: ["lambda:InvokeFunction"], on: [ask.arn] }, encryption.ofSchedule(name)],
    });
    site.make(
        "uptimeSchedule",
        scheduler.Schedule,
        {
            name,
            description: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
            scheduleExpression: "rate(1 minute)",
            flexibleTimeWindow: { mode: "OFF" },
            kmsKeyArn: key,
            target: {
                arn: ask.arn,
                roleArn: starter.arn,
                input: jsonOf({
                    url: pulumi.interpolate`${url}${path ?? "/"}`,
                    most: path === undefined ? 499 : 399,
                }),
                // The next minute asks again.
                retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 0 },
            },
        },
        { dependsOn: [...policies, ...after] },
    );
    return { namespace: "AWS/Lambda", metric: "Errors", dimensions: { FunctionName: ask.name }, factor: -1, offset: 1 };
}
