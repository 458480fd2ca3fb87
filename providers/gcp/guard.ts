import type { Site } from "../../components/site";

/**
 * The one `protect`, as GCP's provider takes it: what is guarded refuses its deletion, everything else goes at the first
 * `pulumi destroy`. It is always said, since some types are kept by default, or abandoned: left behind, unseen.
 */
export function deletion({ settings }: Pick<Site, "settings">): { deletionPolicy: "PREVENT" | "DELETE" } {
    return { deletionPolicy: settings.protect ? "PREVENT" : "DELETE" };
}
