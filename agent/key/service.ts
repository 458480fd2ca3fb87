/** KMS's operations, for those who may use them: each use leaves a line in the audit log. */

import { allows } from "../identity/permits";
import { type Host } from "../kind";
import { denied } from "../kv/fault";
import { type JsonService } from "../kv/json-service";
import { audited } from "./audit";
import { type KeyRecord } from "./material";
import { type Need, notFound, OPERATIONS } from "./operations";

/** What the server of keys does. `find` gives a key by its id. */
export function kmsService(host: Host, find: (id: string) => KeyRecord | undefined): JsonService {
    return {
        name: "kms",
        target: "TrentService",
        contentType: "application/x-amz-json-1.1",
        limit: 64 * 1024,
        operations: new Set(Object.keys(OPERATIONS)),
        async serve(operation, request, identity) {
            const { needs, serve } = OPERATIONS[operation];
            const use = { identity: identity.owner, operation, keys: [] as string[] };
            return audited(host, use, () => {
                const all = needs(request);
                use.keys = all.map(({ keyId }) => keyId);
                for (const need of all) {
                    if (permitted(need)) continue;
                    throw denied(
                        `${identity.owner} is not authorized to perform kms:${operation} on the key ${need.keyId}: no link permits it to ${need.verbs.join(" or ")}.`,
                    );
                }
                return serve(request, (id) => {
                    const key = find(id);
                    if (!key) throw notFound(id);
                    return key;
                });
            });

            function permitted({ keyId, verbs }: Need): boolean {
                return verbs.some((verb) => allows(identity, "Key", keyId, verb));
            }
        },
        served({ operation, request, status, seconds }) {
            const key = entryKey(() => OPERATIONS[operation].needs(request));
            // Names which are no keys could be any number.
            if (key === undefined || !find(key)) return;
            host.metrics.count("key_requests_total", 1, { key, op: operation, status: String(status) });
            host.metrics.observe("key_request_seconds", seconds, { key, op: operation });
        },
    };
}

function entryKey(needs: () => Need[]): string | undefined {
    try {
        return needs()[0]?.keyId;
    } catch {
        return undefined; // The request named none: it was answered with an error.
    }
}
