import type { DriverOf } from "../../components/cloud";
import { Bucket } from "./kinds";
import { gauges, permit } from "./grants";

/** A bucket of the agent's S3 server. */
export const blob: DriverOf<"blob"> = (site, { versioned, lifecycle, cors }) => {
    // S3 has no name of fewer than three characters.
    const name = site.name.length < 3 ? `${site.name}-blob` : site.name;
    const bucket = site.make(
        "bucket",
        Bucket,
        {
            name,
            versioned,
            lifecycle: lifecycle.map(({ prefix, expire, expireOld }) => ({
                prefix,
                expireAfterDays: expire,
                expireNoncurrentAfterDays: expireOld,
            })),
            cors: cors.map(({ origins, methods, headers, maxAge }) => ({
                origins,
                methods,
                headers,
                maxAgeSeconds: maxAge,
            })),
            forceDestroy: !site.settings.protect,
        },
        { main: true },
    );
    return {
        id: bucket.bucket,
        url: bucket.url,
        grant: (access) => ({
            env: { URL: bucket.url, BUCKET: bucket.bucket },
            secrets: {},
            permits: [permit("Bucket", bucket.bucket, access)],
        }),
        gauges: gauges({ bytes: "blob_bytes", objects: "blob_objects" }, { bucket: name }),
    };
};
