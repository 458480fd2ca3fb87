import type { CloudName } from "../../components";
import type { Exception } from "./rule";

/** Where a rule does not hold, by cloud. */
export const exceptions: Readonly<Record<Exclude<CloudName, "local">, readonly Exception[]>> = {
    gcp: [
        {
            says: "runs an image by its digest",
            on: /-userMade-/,
            because: "Docker's own image of the server's version, by a client that may be mended without us",
        },
        {
            says: "refuses its deletion, but at dev; and is not left behind",
            on: /^carts$/,
            program: /everything/,
            because: "`protect: false` asks for it",
        },
        {
            says: "keeps its lines as long as the profile says: 30 days, 90 or a year",
            on: /^book$/,
            program: /everything/,
            because: "`retention: 14` asks for it",
        },
        {
            says: "keeps its lines as long as the profile says: 30 days, 90 or a year",
            on: /^tried$/,
            program: /log-full/,
            because: "`retention: 14` asks for it",
        },
        {
            says: "sets no whole policy: others' rights stay",
            on: /^stack-keys-audit$/,
            because: "it gives nobody a right: it says which uses of KMS are written down, and that is each of them",
        },
    ],
    aws: [],
};
