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
