import { sharedParts } from "../stack-part";

/** What stack-part.ts gives, without what its children need: for what they need. */
export const { part: sharedPart, ownName } = sharedParts("gcp", "gcp:projects/service:Service");
