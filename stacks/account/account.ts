import { audit } from "./audit";
import { budget } from "./budget";
import { guards } from "./guards";
import { linkedRoles } from "./linked-roles";

/** AccountSettings is what an account's owner has to say. */
export interface AccountSettings {
    /** Who is told. */
    readonly email: string;
    /** US dollars a month, above which the owner gets mail. */
    readonly budget: number;
    /** Where there are resources: the first one is the stack's own region, in which the records are kept. */
    readonly regions: readonly string[];
    /** Whether the default networks' security groups let nobody in or out: what runs there by itself is cut off. */
    readonly closeDefaultNetworks: boolean;
}

/**
 * What an AWS account needs once, whatever runs in it: a record of all that is done, mail when that is dangerous or dear,
 * and defaults by which a mistake is not at once a leak. About 3 US dollars a month.
 */
export async function account(settings: AccountSettings): Promise<{ records: unknown }> {
    const { records } = audit(settings.email);
    guards(settings);
    budget(settings);
    await linkedRoles();
    return { records };
}
