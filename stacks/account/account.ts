import { audit } from "./audit";
import { budget } from "./budget";
import { guards } from "./guards";
import { linkedRoles } from "./linked-roles";
import { support } from "./support";

export const objectRecords = ["none", "write", "all"] as const;

/** AccountSettings is what an account's owner has to say. */
export interface AccountSettings {
    /** Who is told. */
    readonly email: string;
    /** US dollars a month, above which the owner gets mail. */
    readonly budget: number;
    /** Where there are resources: the first one is the stack's own region, in which the records are kept. */
    readonly regions: readonly string[];
    /** Whether the default networks let nobody in or out: what runs there by itself is cut off. */
    readonly closeDefaultNetworks: boolean;
    /** Names of the roles that deploy apps, `*` for any part: what they change is recorded, and nobody gets mail of it. */
    readonly deployers: readonly string[];
    /**
     * Of what is done to objects in buckets, what is recorded: a million cost 1 US dollar, and half of that again for their
     * lines. What CIS 4.8 asks for is `write`, 4.9 `all`: reading an object then costs four times as much. Buckets of this
     * library log both anyway, for nothing.
     */
    readonly objects: (typeof objectRecords)[number];
}

/**
 * What an AWS account needs once, whatever runs in it: a record of all that is done, mail when that is dangerous or dear,
 * and defaults by which a mistake is not at once a leak. About 4 US dollars a month.
 */
export async function account(settings: AccountSettings): Promise<{ records: unknown }> {
    const { records } = audit(settings);
    guards(settings);
    budget(settings);
    support();
    await linkedRoles();
    return { records };
}
