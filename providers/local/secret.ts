import * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";
import { permit } from "./grants";
import { Secret } from "./kinds";

/** A value in the agent's vault. Those who use it get it from the agent when they start. */
export const secret: DriverOf<"secret"> = (site, { value, generate, rotation, key }) => {
    const made = site.make(
        "secret",
        Secret,
        {
            name: site.name,
            value,
            generate,
            rotateAfterDays: rotation,
            key: key?.id,
            forceDestroy: !site.settings.protect,
        },
        { main: true },
    );
    // With its version, so that a new value shows as a change of those who use it.
    const reference = pulumi.interpolate`${made.reference}@${made.version}`;
    return {
        id: made.name,
        grant: (access) => ({
            env: {},
            secrets: access.includes("read") ? only("", reference) : {},
            files: access.includes("file") ? only("FILE", reference) : {},
            permits: [permit("Secret", made.name, access)],
        }),
    };
};

function only(end: string, value: pulumi.Input<string>): Record<string, pulumi.Input<string>> {
    return { [end]: value };
}
