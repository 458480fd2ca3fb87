import { sharedParts } from "../stack-part";
import type { GcpStack } from "./types-stack";

/** What stack-part.ts gives, without what its children need: for what they need. */
export const { part: sharedPart, component: stackComponent } = sharedParts<keyof GcpStack>(
    "gcp",
    "gcp:projects/service:Service",
);
