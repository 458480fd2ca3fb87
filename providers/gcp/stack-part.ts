import type { Site } from "../../components/site";
import { ready } from "./ready";
import { sharedPart, stackComponent } from "./shared";
import type { GcpStack } from "./types-stack";

export { stackComponent };

/** What the parts of a stack share on GCP, and which is no component: see `SharedParts`. Its children wait for their APIs. */
export function stackPart<T>(site: Pick<Site, "component">, part: keyof GcpStack, make: (site: Site) => T): T {
    return sharedPart(site, part, (own) => make(ready(own)));
}
