/** What the clouds compute and answer, for mocks and for the instant provider alike. */

import { lens as aws } from "../../aws/lens";
import { lens as gcp } from "../../gcp/lens";
import { outputs as local } from "../../local/computed";

type Values = Record<string, unknown>;

/** What is there of a resource once it is made, besides its inputs. */
export function outputsOf({ type, name, inputs }: { type: string; name: string; inputs: Values }): Values & {
    id: string;
} {
    const outputs: Values = type.startsWith("mvi-local:") ? local(type) : lensOf(type).outputs(type, name, inputs);
    return { ...outputs, id: typeof outputs.id === "string" ? outputs.id : name };
}

/** What a cloud answers to a question, besides the question's own arguments. */
export function answerOf(token: string, inputs: Values): Values {
    return lensOf(token).calls(token, inputs);
}

/** `random` and `docker-build` are the same on both. */
const lensOf = (token: string) => (token.startsWith("gcp:") ? gcp : aws) as typeof aws;

/** A stack's configuration by cloud, besides what it declares. */
export const configOf: Readonly<Record<"aws" | "gcp" | "local", Readonly<Record<string, string>>>> = {
    aws: { "mvi:cloud": "aws", "aws:region": "eu-central-1" },
    gcp: { "mvi:cloud": "gcp", "gcp:project": "shop-prod", "gcp:region": "europe-west1" },
    local: { "mvi:cloud": "local" },
};
