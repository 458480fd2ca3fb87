import { type Health, type Port } from "./inputs";
import { type Program } from "./program";

/** Workload is one version of what a fleet runs. */
export interface Workload {
    /** `Container/web` */
    readonly owner: string;
    readonly name: string;
    readonly log: string;
    /** Sidecars first; the main one is last. */
    readonly programs: readonly Program[];
    /** Given to all its programs. */
    readonly identity: Readonly<Record<string, string>>;
    readonly ports: readonly Port[];
    readonly health: Health;
    readonly stopGraceSeconds: number;
}

/** Whether what runs is what is wanted: permits are not in it, they apply to what runs. */
export function sameWorkload(one: Workload, two: Workload): boolean {
    return JSON.stringify(one) === JSON.stringify(two);
}
