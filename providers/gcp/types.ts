/**
 * The types of the native children on GCP. `import "pulumi-mvi/gcp"` makes `nodes.gcp` and `transform.gcp` of every
 * component know them; at run time it does nothing.
 */

import type * as kms from "@pulumi/gcp/kms";
import type * as storage from "@pulumi/gcp/storage";
import type { RandomId } from "@pulumi/random";
import type { Each } from "../../components/children";

declare module "../../components/children" {
    interface Children {
        readonly gcp: GcpChildren;
    }
}

/** By service, then by the key of a child. `suffix`, by child, is the random end of a name that Pulumi cannot make. */
export interface GcpChildren {
    readonly blob: { readonly bucket: typeof storage.Bucket; readonly suffix: Each<typeof RandomId> };
    readonly key: {
        readonly key: typeof kms.CryptoKey;
        /** With own material. */
        readonly importJob: typeof kms.KeyRingImportJob;
        readonly suffix: Each<typeof RandomId>;
    };
}
