import type { Cloud } from "../../components/cloud";

/** What AWS cannot honour, by service and argument, with the reason. */
export const lacks: Cloud["lacks"] = {
    vm: { "scale.requests": "what reaches machines is balanced by connection: its requests are not seen" },
    secret: { rotation: "Secrets Manager rotates only by a function that somebody writes and keeps" },
};
