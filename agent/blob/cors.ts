import { type IncomingHttpHeaders } from "node:http";
import { S3Fault } from "./fault";
import { type CorsRule } from "./records";

/** The headers which let a browser's page at the request's origin see the answer: none unless a rule fits. */
export function corsHeaders(
    rules: readonly CorsRule[],
    method: string,
    headers: IncomingHttpHeaders,
): Record<string, string> {
    if (rules.length === 0) return {};
    const vary = { vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method" };
    const { origin } = headers;
    const rule = origin && rules.find((one) => fits(one.origins, origin) && one.methods.includes(method));
    return rule ? { ...vary, ...allowed(rule, origin) } : vary;
}

/**
 * The answer to a browser that asks before it sends.
 * @throws {@link S3Fault} AccessForbidden
 */
export function preflight(rules: readonly CorsRule[], headers: IncomingHttpHeaders): Record<string, string> {
    const { origin } = headers;
    const method = String(headers["access-control-request-method"] ?? "");
    const asked = String(headers["access-control-request-headers"] ?? "");
    const names = asked
        .split(",")
        .map((name) => name.trim().toLowerCase())
        .filter((name) => name !== "");
    const rule = rules.find(
        (one) =>
            origin !== undefined &&
            fits(one.origins, origin) &&
            one.methods.includes(method) &&
            names.every((name) => fits(one.headers, name)),
    );
    if (!rule || origin === undefined) throw new S3Fault("AccessForbidden");
    return {
        ...allowed(rule, origin),
        "access-control-max-age": String(rule.maxAgeSeconds),
        ...(names.length > 0 ? { "access-control-allow-headers": names.join(", ") } : {}),
        vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
    };
}

function allowed(rule: CorsRule, origin: string): Record<string, string> {
    const methods = { "access-control-allow-methods": rule.methods.join(", ") };
    if (rule.origins.includes("*")) return { "access-control-allow-origin": "*", ...methods };
    return { "access-control-allow-origin": origin, "access-control-allow-credentials": "true", ...methods };
}

/** Whether one of the patterns, with one `*` at most, is of `text`; in headers and hosts case does not count. */
function fits(patterns: readonly string[], text: string): boolean {
    return patterns.some((pattern) => {
        const [start, end] = pattern.toLowerCase().split("*");
        const lower = text.toLowerCase();
        if (end === undefined) return lower === start;
        return lower.length >= start.length + end.length && lower.startsWith(start) && lower.endsWith(end);
    });
}
