import type { Site } from "../../components/site";
import { ready } from "./ready";
import { sharedPart } from "./shared";

/**
 * What the parts of a stack share, and which is no component: made when the first of them needs it, and once more for each
 * provider of a component's own. Its children's names begin with `name`.
 */
export function stackPart<T>(site: Pick<Site, "component">, name: string, make: (site: Site) => T): T {
    return sharedPart(site, name, (part) => make(ready(part)));
}
