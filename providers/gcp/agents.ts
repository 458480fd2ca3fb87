import * as pulumi from "@pulumi/pulumi";
import * as projects from "@pulumi/gcp/projects";
import { getProjectSettings } from "@pulumi/gcp/logging/getProjectSettings";
import { getProjectServiceAccount } from "@pulumi/gcp/storage/getProjectServiceAccount";
import type { Site } from "../../components/site";
import { api } from "./apis";
import { projectOf } from "./project";
import { answerOf } from "./question";
import { stackPart } from "./stack-part";

/** A service that uses keys, or calls others, by an account of its own: its service agent. */
export type AgentOf =
    | "artifactregistry"
    | "cloudscheduler"
    | "compute"
    | "firestore"
    | "logging"
    | "memorystore"
    | "monitoring"
    | "pubsub"
    | "redis"
    | "run"
    | "secretmanager"
    | "sqladmin"
    | "storage"
    | "workflows";

/**
 * A service's agent in this project, as IAM writes it: `serviceAccount:service-123@…`. It is there when this is known: what
 * is granted to an account that is not yet there fails.
 */
export function agentOf(site: Site, service: AgentOf): pulumi.Output<string> {
    return stackPart(site, "agents", (part) => {
        const known = new Map<AgentOf, pulumi.Output<string>>();
        return (wanted: AgentOf) => {
            let member = known.get(wanted);
            if (!member) known.set(wanted, (member = find(part, wanted)));
            return member;
        };
    })(service);
}

function find(site: Site, service: AgentOf): pulumi.Output<string> {
    const { id, number } = projectOf(site);
    switch (service) {
        // These two are made by the question.
        case "storage":
            return answerOf(site, service, getProjectServiceAccount, {}).member;
        case "logging":
            return pulumi
                .all([answerOf(site, service, getProjectSettings, { project: id }).kmsServiceAccountId, number])
                .apply(
                    ([email, own]) =>
                        `serviceAccount:${email || `service-${own}@gcp-sa-logging.iam.gserviceaccount.com`}`,
                );
        // This one comes with its API, and no other way.
        case "compute":
            return pulumi
                .all([number, api(site, "compute").urn])
                .apply(([own]) => `serviceAccount:service-${own}@compute-system.iam.gserviceaccount.com`);
        default:
            return site.make(
                "agent",
                projects.ServiceIdentity,
                { service: `${service}.googleapis.com` },
                { instance: service, dependsOn: [api(site, service)] },
            ).member;
    }
}
