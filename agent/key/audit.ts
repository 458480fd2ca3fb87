/** The audit log: each use of a key leaves a line in the log `audit`, whether it was permitted or not. Never what it was used on. */

import { type Host } from "../kind";

/** Use is who uses which keys, and what for. */
export interface Use {
    /** Such as `Container/web`; of what the agent itself does for one of its resources, `Secret/token`. */
    readonly identity: string;
    /** In KMS's words: `Encrypt`. */
    readonly operation: string;
    readonly keys: readonly string[];
}

/** Does it, and leaves the line: with the version of the key that was used, or the error's name. */
export function audited<T>(host: Host, use: Use, task: () => { answer: T; version: number }): T {
    const time = new Date();
    const line = (outcome: object): void =>
        host.logs.append("audit", {
            time: time.getTime(),
            source: "Key",
            stream: "system",
            text: JSON.stringify({ time: time.toISOString(), ...use, ...outcome }),
        });
    try {
        const { answer, version } = task();
        line({ version, allowed: true, outcome: "done" });
        return answer;
    } catch (error) {
        const code = (error as { code?: unknown }).code;
        line({ allowed: code !== "AccessDeniedException", outcome: typeof code === "string" ? code : "failed" });
        throw error;
    }
}
