import type { Cloud } from "../../components/cloud";

/** What GCP cannot honour, by service and argument, with the reason. */
export const lacks: Cloud["lacks"] = {
    database: { "size=serverless": "Cloud SQL runs all the time, and has no size that follows the load" },
    vm: { "scale.requests": "what reaches machines is balanced by connection: its requests are not seen" },
    secret: { rotation: "Secret Manager tells that a secret is due, and leaves the new value to somebody" },
};
