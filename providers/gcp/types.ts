/**
 * The types of the native children on GCP. `import "pulumi-mvi/gcp"` makes `nodes.gcp` and `transform.gcp` of every
 * component know them; at run time it does nothing.
 */

import type * as compute from "@pulumi/gcp/compute";
import type * as dns from "@pulumi/gcp/dns";
import type * as kms from "@pulumi/gcp/kms";
import type * as networkconnectivity from "@pulumi/gcp/networkconnectivity";
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
    readonly network: {
        readonly vpc: typeof compute.Network;
        /** `private` and `data`. */
        readonly subnet: Each<typeof compute.Subnetwork>;
        /** `in` and `out`. */
        readonly deny: Each<typeof compute.Firewall>;
        /** With egress `none`: `apis`. */
        readonly allow: Each<typeof compute.Firewall>;
        /** With flow logs. */
        readonly names: typeof dns.Policy;
        /** By number: `1`. With egress `nat-gateway`, or a machine and `nat-instance`, as are the next two. */
        readonly address: Each<typeof compute.Address>;
        readonly router: typeof compute.Router;
        readonly nat: typeof compute.RouterNat;
        /** `run`, when something is called by Cloud Run's name, and with egress `none` also `apis`. */
        readonly zone: Each<typeof dns.ManagedZone>;
        /** By zone, `run-own` and `run-all`. */
        readonly record: Each<typeof dns.RecordSet>;
        /** By service class: `gcp-memorystore`. */
        readonly endpoints: Each<typeof networkconnectivity.ServiceConnectionPolicy>;
        readonly suffix: Each<typeof RandomId>;
    };
}
