import type { Cloud } from "../../components/cloud";
import { lacks } from "../../providers/local/lacks";

/** A table of what each cloud lacks, from the same data that refuses it. */
export function support(): string {
    const rows = Object.entries(lacks as Cloud["lacks"]).flatMap(([service, gaps]) =>
        Object.entries(gaps ?? {}).map(([argument, reason]) => `| \`${service}.${argument}\` | ${reason} |`),
    );
    return ["| not on `local` | because |", "| --- | --- |", ...rows].join("\n");
}
