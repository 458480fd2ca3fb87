import { RuntimeError } from "../errors";

/** Declared is what a `Metric` was declared with, as its link says it. */
export interface Declared {
    /** The URL's scheme, with a colon: it says which driver. */
    readonly scheme: string;
    /** What it is called at its cloud. */
    readonly name: string;
    readonly kind: "counter" | "gauge" | "distribution";
    readonly unit: string;
    readonly dimensions: readonly string[];
    /** What else the driver needs. */
    readonly options: URLSearchParams;
}

/** Reads the URL of a metric: `otlp://orders?kind=counter&unit=orders&dimensions=country`. @throws {@link RuntimeError} Invalid */
export function readUrl(url: string | undefined, known: readonly string[]): Declared {
    const schemes = known.map((scheme) => `${scheme}//`).join(", ");
    if (!url || !URL.canParse(url)) {
        const advice = url ? "" : " Is the app linked to it?";
        throw new RuntimeError(
            "Invalid",
            `openMetric: the URL is ${JSON.stringify(url)}: it must begin with ${schemes}.${advice}`,
        );
    }
    const { protocol: scheme, hostname, searchParams: options } = new URL(url);
    const wrong = (what: string) =>
        new RuntimeError(
            "Invalid",
            `openMetric: "${url}" ${what}: it must be ${known[0]}//<name>?kind=<kind>&unit=<unit>&dimensions=<a,b>, as a link writes it`,
        );
    if (!known.includes(scheme)) {
        throw new RuntimeError("Invalid", `openMetric: no driver for "${scheme}//". Known are: ${schemes}.`);
    }
    const kind = options.get("kind");
    if (hostname === "") throw wrong("names no metric");
    if (kind !== "counter" && kind !== "gauge" && kind !== "distribution")
        throw wrong(`has the kind ${JSON.stringify(kind)}, and not counter, gauge or distribution`);
    const dimensions = (options.get("dimensions") ?? "").split(",").filter(Boolean);
    return { scheme, name: decodeURIComponent(hostname), kind, unit: options.get("unit") ?? "1", dimensions, options };
}
