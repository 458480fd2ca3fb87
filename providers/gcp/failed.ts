import type * as pulumi from "@pulumi/pulumi";
import { stackScope } from "../../components/cloud";

/** What there is to say of a failure besides its own message; undefined for nothing. */
export type Words = () => Promise<string | undefined>;

const known = new WeakMap<object, Map<string, Words>>();

/** Has a deployment that fails with this resource say more. */
export function whenFailed(resource: pulumi.CustomResource, words: Words): void {
    const own = known.get(stackScope()) ?? new Map<string, Words>();
    known.set(stackScope(), own);
    own.set(keyOf(resource), words);
}

/** What there is to say of a resource that has failed, by its class's token and its logical name; of most, nothing. */
export async function wordsOf({ type, name }: { type: string; name: string }): Promise<string | undefined> {
    return known.get(stackScope())?.get(`${type} ${name}`)?.();
}

/** As the engine calls it. */
function keyOf(resource: pulumi.CustomResource): string {
    const { __name: name } = resource as unknown as { __name: string };
    const { __pulumiType: type } = resource.constructor as unknown as { __pulumiType: string };
    return `${type} ${name}`;
}
