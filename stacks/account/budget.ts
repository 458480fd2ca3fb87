import * as budgets from "@pulumi/aws/budgets";
import type { AccountSettings } from "./account";
import { tags } from "./tags";

/** Mail when four fifths of a month's money are spent, when all is, and as soon as AWS sees that all will be. */
export function budget({ budget: limit, email }: Pick<AccountSettings, "budget" | "email">): void {
    const at = (threshold: number, notificationType: "ACTUAL" | "FORECASTED") => ({
        comparisonOperator: "GREATER_THAN",
        threshold,
        thresholdType: "PERCENTAGE",
        notificationType,
        subscriberEmailAddresses: [email],
    });
    new budgets.Budget("month", {
        budgetType: "COST",
        timeUnit: "MONTHLY",
        limitAmount: String(limit),
        limitUnit: "USD",
        notifications: [at(80, "ACTUAL"), at(100, "ACTUAL"), at(100, "FORECASTED")],
        tags: tags("budget"),
    });
}
