import * as pulumi from "@pulumi/pulumi";
import { account, type AccountSettings, objectRecords } from "./account";

/** Asks the account what it has, before it says what there is to be: so it is a function that Pulumi waits for. */
export = async () => {
    const config = new pulumi.Config("account");
    return account({
        email: config.require("email"),
        budget: config.getNumber("budget") ?? 200,
        regions: [new pulumi.Config("aws").require("region"), ...(config.getObject<string[]>("regions") ?? [])],
        closeDefaultNetworks: config.getBoolean("closeDefaultNetworks") ?? false,
        deployers: config.getObject<string[]>("deployers") ?? [],
        objects: config.get<AccountSettings["objects"]>("objects", { allowedValues: [...objectRecords] }) ?? "write",
    });
};
