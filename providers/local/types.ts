/**
 * The types of the native children on `local`. `import "pulumi-mvi/local"` makes `nodes.local` and `transform.local` of
 * every component know them; at run time it does nothing.
 */

import type { Each } from "../../components/children";
import type * as kinds from "./kinds";

declare module "../../components/children" {
    interface Children {
        readonly local: LocalChildren;
    }
}

/** The children's classes, by service and key. */
export interface LocalChildren {
    readonly blob: { readonly bucket: typeof kinds.Bucket };
    readonly container: { readonly container: typeof kinds.Container; readonly balancer: typeof kinds.Balancer };
    readonly database: { readonly database: typeof kinds.Database };
    readonly image: { readonly image: typeof kinds.Image };
    readonly job: { readonly job: typeof kinds.Job };
    readonly key: { readonly key: typeof kinds.Key };
    readonly kv: { readonly table: typeof kinds.Table };
    readonly loadBalancer: { readonly balancer: typeof kinds.Balancer; readonly accessLog: typeof kinds.Log };
    readonly log: { readonly log: typeof kinds.Log };
    readonly metric: { readonly metric: typeof kinds.Metric; readonly alarm: Each<typeof kinds.Alarm> };
    readonly network: object;
    readonly secret: { readonly secret: typeof kinds.Secret };
    readonly vm: { readonly machine: typeof kinds.Machine; readonly log: typeof kinds.Log };
}
