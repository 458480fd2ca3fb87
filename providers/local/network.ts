import * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";

/** The machine's loopback is the network: nothing outside the machine reaches it, and nothing is made. */
export const network: DriverOf<"network"> = () => {
    const none = pulumi.output<string[]>([]);
    return { id: pulumi.output("loopback"), subnets: { public: none, private: none, data: none } };
};
