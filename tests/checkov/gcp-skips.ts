import type { Skip } from "./scanned";

const accessLogs = /^google_storage_bucket\.stack_access_logs$/;

export const skips: readonly Skip[] = [
    // What a profile chooses.
    { check: "CKV_GCP_82", profiles: ["dev"], because: "what is at dev may be deleted" },
    { check: "CKV_GCP_26", profiles: ["dev"], because: "flow logs cost by traffic: from small on" },
    {
        check: "CKV_GCP_40",
        on: /^google_compute_instance_template\./,
        profiles: ["dev"],
        because: "without a NAT it is the machine's way out; the firewall lets nobody in by it",
    },

    // What a program asked for by an argument.
    { check: "CKV_GCP_78", on: /\.archive$/, program: /everything/, because: "`versioned: false` asks for it" },
    { check: "CKV_GCP_43", on: /\.vault$/, program: /everything/, because: "`rotation: 180` asks for it" },
    { check: "CKV_GCP_43", program: /prod\/key-full/, because: "`rotation: 365` asks for it" },
    { check: "CKV_GCP_79", program: /prod\/database-full/, because: "`version` asks for an older one" },

    // Buckets.
    { check: "CKV_GCP_62", on: accessLogs, because: "it would write about its own writing" },
    { check: "CKV_GCP_78", on: accessLogs, because: "Google writes each log once, under a name of its own" },
    {
        check: "CKV2_GCP_4",
        because: "where `export` of a log goes is a Blob of the app; a lock on it could never be taken back",
    },

    // Databases.
    {
        check: "CKV_GCP_6",
        because:
            "TLS is forced (ENCRYPTED_ONLY), and a server is reached through one private address; a client's certificate would be a file beside the URL that an app is given",
    },
];
