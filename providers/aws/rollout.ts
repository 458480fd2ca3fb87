import * as pulumi from "@pulumi/pulumi";
import * as ecs from "@pulumi/aws/ecs";
import type { Site } from "../../components/site";

/**
 * The version that runs, once the service has come to rest. ECS comes to rest on the version before as well, when the new
 * one does not become healthy, and the provider takes that for success: then this fails, and the deployment with it.
 */
export function settled(
    site: Site,
    cluster: ecs.Cluster,
    service: ecs.Service,
    wanted: ecs.TaskDefinition,
): pulumi.Output<string> {
    // What a preview would see is from before the change.
    if (pulumi.runtime.isDryRun()) return wanted.arn;
    const running = ecs.getServiceOutput(
        { clusterArn: cluster.arn, serviceName: service.name },
        { provider: site.component.getProvider("aws:ecs/getService:getService"), dependsOn: [service] },
    );
    return pulumi.all([running.taskDefinition, wanted.arn]).apply(([runs, asked]) => {
        if (runs === asked) return asked;
        throw new pulumi.ResourceError(
            `Container ${site.name}: the new version (${asked}) did not become healthy: ECS has gone back to ${runs}, which ` +
                "serves on. See its log and the service's events for why; then deploy a change, or run `pulumi up --refresh` " +
                "to try the same again",
            service,
            true,
        );
    });
}
