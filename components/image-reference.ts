import { type Place, text } from "./shape";

/** The form of a reference by digest: what runs is what was named, for ever. */
export function imageReference(given: unknown, at: Place): string {
    const todo = "name it as registry/name@sha256:<64 hex digits>; `docker buildx imagetools inspect` shows the digest";
    return text("an image by digest", { pattern: /^[a-z0-9][\w.:/-]*@sha256:[0-9a-f]{64}$/, todo })(given, at);
}

/** The form of a variable's name. */
export function envName(given: unknown, at: Place): string {
    if (typeof given === "string" && /^[A-Za-z_][A-Za-z0-9_]*$/.test(given)) return given;
    at.fault("must have a name of letters, digits and _, no digit first", "rename the variable");
    return "";
}
