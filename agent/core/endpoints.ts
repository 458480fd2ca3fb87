import { type Endpoints, type Target } from "../kind";

/** Endpoints in memory: each kind publishes anew when the agent starts, so there is nothing to keep. */
export function openEndpoints(): Endpoints {
    const known = new Map<string, readonly Target[]>();
    const watchers = new Map<string, Set<(targets: readonly Target[]) => void>>();
    return {
        publish(service, targets) {
            if (targets.length === 0) {
                known.delete(service);
            } else {
                known.set(service, [...targets]);
            }
            for (const changed of [...(watchers.get(service) ?? [])]) {
                changed(targets);
            }
        },
        targets: (service) => known.get(service) ?? [],
        watch(service, changed) {
            const of = watchers.get(service) ?? new Set();
            watchers.set(service, of.add(changed));
            changed(known.get(service) ?? []);
            return () => {
                of.delete(changed);
                if (of.size === 0 && watchers.get(service) === of) {
                    watchers.delete(service);
                }
            };
        },
    };
}
