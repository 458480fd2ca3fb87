import { RuntimeError } from "../errors";

/** Declared is what a `Metric` was declared with, as its link says it. */
export interface Declared {
    /** What it is called at its cloud. */
    readonly name: string;
    readonly kind: "counter" | "gauge" | "distribution";
    readonly unit: string;
    readonly dimensions: readonly string[];
    /** What else the driver needs. */
    readonly options: URLSearchParams;
}

/** What the URL of a metric says: `otlp://orders?kind=counter&unit=orders&dimensions=country`. @throws {@link RuntimeError} Invalid */
export function declaredIn(url: URL): Declared {
    const { href, protocol, hostname, searchParams: options } = url;
    const wrong = (what: string) =>
        new RuntimeError(
            "Invalid",
            `openMetric: "${href}" ${what}: it must be ${protocol}//<name>?kind=<kind>&unit=<unit>&dimensions=<a,b>, as a link writes it`,
        );
    const kind = options.get("kind");
    if (hostname === "") throw wrong("names no metric");
    if (kind !== "counter" && kind !== "gauge" && kind !== "distribution")
        throw wrong(`has the kind ${JSON.stringify(kind)}, and not counter, gauge or distribution`);
    const dimensions = (options.get("dimensions") ?? "").split(",").filter(Boolean);
    return { name: decodeURIComponent(hostname), kind, unit: options.get("unit") ?? "1", dimensions, options };
}
