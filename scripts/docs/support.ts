import type { Cloud } from "../../components/cloud";
import { nameOf } from "../../components/lacks";
import { lacks as aws } from "../../providers/aws/lacks";
import { lacks as gcp } from "../../providers/gcp/lacks";
import { lacks as local } from "../../providers/local/lacks";

/** Tables of what each cloud lacks, from the same data that refuses it. */
export function support(): string {
    return [table("local", local), table("aws", aws), table("gcp", gcp)].join("\n\n");
}

function table(cloud: string, lacks: Cloud["lacks"]): string {
    const rows = Object.entries(lacks).flatMap(([service, gaps]) =>
        Object.entries(gaps ?? {})
            .map(nameOf)
            .map(([argument, reason]) => `| \`${service}.${argument}\` | ${reason} |`),
    );
    return [`| not on \`${cloud}\` | because |`, "| --- | --- |", ...rows].join("\n");
}
