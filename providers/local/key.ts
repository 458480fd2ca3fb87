import type { DriverOf } from "../../components/cloud";
import { permit } from "./grants";
import { Key } from "./kinds";

/** A key of the agent's, used over the KMS protocol. */
export const key: DriverOf<"key"> = (site, { purpose, algorithm, rotation, material }) => {
    const made = site.make(
        "key",
        Key,
        {
            name: site.name,
            purpose,
            algorithm: purpose === "sign" ? algorithm : undefined,
            rotationPeriodDays: rotation,
            importedMaterial: material,
            forceDestroy: !site.settings.protect,
        },
        { main: true },
    );
    return {
        id: made.keyId,
        url: made.url,
        grant: (access) => ({
            env: { URL: made.url, ID: made.keyId },
            secrets: {},
            permits: [permit("Key", made.keyId, access)],
        }),
    };
};
