import * as pulumi from "@pulumi/pulumi";
import * as sns from "@pulumi/aws/sns";
import type { Site } from "../../components/site";

/**
 * An address that gets a topic's mail, once it has confirmed. Whoever has not gets no word of any alarm, and AWS tells nobody:
 * so an `up` does, by what it has last seen.
 */
export function mailTo(site: Site, topic: sns.Topic, endpoint: string, instance: string): void {
    const mail = site.make(
        "mail",
        sns.TopicSubscription,
        { topic: topic.arn, protocol: "email", endpoint },
        { instance },
    );
    // What a preview sees is from before.
    if (pulumi.runtime.isDryRun()) return;
    mail.pendingConfirmation.apply((pending) =>
        pending
            ? pulumi.log.warn(
                  `${endpoint} has not confirmed that it wants the alarms of this stack, and gets none: click "Confirm subscription" ` +
                      'in the mail "AWS Notification - Subscription Confirmation". When that is done, `pulumi refresh` sees it',
                  mail,
              )
            : undefined,
    );
}
