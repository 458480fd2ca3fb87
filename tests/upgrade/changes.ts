// What an operation of the engine changes, and how it stands in evidence.
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { isOwn } from "./saved";

/** Change is what is done to one resource of people's. */
export interface Change {
    /** `create`, `update`, `replace`, … */
    readonly op: string;
    readonly urn: string;
    /** The inputs that change. */
    readonly diffs: readonly string[];
}

/** What an operation changes. */
export async function changesOf(
    operation: (onEvent: (event: EngineEvent) => void) => Promise<unknown>,
): Promise<Change[]> {
    const changes: Change[] = [];
    await operation(({ resourcePreEvent }) => {
        const { op, urn, diffs = [] } = resourcePreEvent?.metadata ?? {};
        if (op !== undefined && op !== "same" && isOwn(urn)) changes.push({ op, urn, diffs });
    });
    return changes;
}

/** For evidence: a number that has to be none. */
export const none = (got: number) => ({ got, wanted: 0, met: got === 0 });

export const typeOf = (urn: string): string => urn.split("::")[2]!.split("$").pop()!;

/** For evidence: `2 iam/rolePolicy`, … */
export function kinds(urns: readonly string[]): string {
    const types = urns.map((urn) => {
        const [, module, type] = typeOf(urn).split(":");
        return module!.includes("/") ? module! : type!;
    });
    const counts = [...new Set(types)].sort().map((type) => `${types.filter((each) => each === type).length} ${type}`);
    return counts.join(", ") || "none";
}
