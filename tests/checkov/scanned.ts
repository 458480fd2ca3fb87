import type { CloudName, ProfileName } from "../../components";
import type { Program } from "../support/mocks";
import type { Drawn } from "./hcl";

/** Scanned is a cloud whose resources scanners look at: how its names are written in HCL, and which checks do not hold for us. */
export interface Scanned {
    readonly cloud: CloudName;
    /** The cloud, as the mocks show it. */
    readonly lens: Pick<Program, "outputs" | "calls">;
    /** How its types begin in HCL: `aws`. */
    readonly prefix: string;
    /** Modules whose name is another one in HCL. */
    readonly modules: Readonly<Record<string, string>>;
    /** Types whose name in HCL follows no rule from Pulumi's: `s3/Bucket`. */
    readonly types: Readonly<Record<string, string>>;
    /** Arguments by type in HCL: what is named otherwise. */
    readonly names: Readonly<Record<string, Readonly<Record<string, string>>>>;
    /** Lists of blocks whose name is a plural in HCL too. */
    readonly plurals: ReadonlySet<string>;
    /** What the cloud has ready in every account, by its id: in HCL, a data source by its name. */
    readonly managed: Readonly<Record<string, { readonly type: string; readonly name: string }>>;
    /** Objects whose keys are data. */
    readonly maps: ReadonlySet<string>;
    /** Texts in which there is JSON. */
    readonly json: ReadonlySet<string>;
    /** Outputs that are no texts. */
    readonly notTexts: ReadonlySet<string>;
    /** Outputs that a driver reads: they are what the lens says, and no references. */
    readonly known: ReadonlySet<string>;
    /** What else the cloud answers to a question, given what has been made: by default nothing. */
    answers?(token: string, inputs: Readonly<Record<string, unknown>>, drawn: readonly Drawn[]): object;
    /** What stands in a resource's `lifecycle`: by default nothing. */
    lifecycle?(type: string, inputs: Readonly<Record<string, unknown>>): readonly string[];
    readonly skips: readonly Skip[];
}

/** Skip is a check that does not hold for us, and why. */
export interface Skip {
    readonly check: string;
    /** Where: `aws_s3_bucket.stack_access_logs`. @default everywhere */
    readonly on?: RegExp;
    /** @default at all */
    readonly profiles?: readonly ProfileName[];
    /** In which programs: `prod/log-full`. @default all */
    readonly program?: RegExp;
    readonly because: string;
}
